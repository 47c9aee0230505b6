"""Intruders: who may do what, asked at every address; and nonsense, sent to every address.

`who_may` is the table, `matrix` asks it; `fuzz` sends what the API's document allows and what not.
"""
