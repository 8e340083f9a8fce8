"""The lockfile: made from a resolution, written, read, and compared with what is asked now."""
