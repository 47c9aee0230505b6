"""What an incident asks for: kinds and numbers of units, by run card or by hand."""
