"""What people do on a phone: reports that arrive late but once, duty, and the pages' content."""
