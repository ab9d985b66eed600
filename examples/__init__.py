"""Small programs that show redpipe at work on a server of their own."""
