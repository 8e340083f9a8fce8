module example.org/reactor

go 1.24
