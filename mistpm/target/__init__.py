"""Where environments live: a directory or a cluster, behind one protocol.

`mistpm.target.protocol` is the seam, `directory` and `cluster` are what meets it.
"""
