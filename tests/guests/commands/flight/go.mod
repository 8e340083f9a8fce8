module example.org/flight

go 1.24
