"""Order: that of releases (`stages`) when a lock is made, that of objects (`objects`) when it is applied."""
