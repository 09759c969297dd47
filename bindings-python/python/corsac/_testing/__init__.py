"""What `corsac.testing` is made of: the browser, and one file for each kind of server that it can be played against."""
