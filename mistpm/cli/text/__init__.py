"""What commands print of a report, subject by subject."""
