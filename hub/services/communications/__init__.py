"""What is said in agreed channels is captured, and shown to those who may see it."""
