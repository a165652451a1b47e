"""Measurements, run by hand: `make bench`. No part of the test suite."""
