"""What the public is told: open public shelters, near a place, with the age of what is known.

`open_shelters` asks the database once for everybody, `room` puts counts into rough words, `places`
reads what somebody typed, `editions` keeps what was asked, and `feeds` writes it for programs.
"""
