"""Records of what happened, on the forms of the Incident Command System (FEMA 502-2, 2010).

form      what a form is made of: lines of numbered blocks
period    the time that a record covers
activity  who did what when: of an incident, of a unit, of a person
briefing  ICS 201; check_in: ICS 211; log: ICS 214
sketch    the map of ICS 201
paper     makes a PDF; runs in a process of its own, and press starts it
"""
