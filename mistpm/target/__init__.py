"""Where environments live: a directory, later a cluster; one protocol.

`mistpm.target.protocol` is the seam, `mistpm.target.directory` the directory.
"""
