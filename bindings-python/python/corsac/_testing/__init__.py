"""The parts of `corsac.testing`: the simulated browser, and a file for each kind of server that it can use."""
