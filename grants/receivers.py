"""What grants does when the people below it change: one function call each."""
