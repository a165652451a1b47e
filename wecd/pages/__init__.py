"""The public face of the programme: the start, the programme, its axes, actions and partners; what search
engines and social networks read. Stands above every app, and is imported by none."""
