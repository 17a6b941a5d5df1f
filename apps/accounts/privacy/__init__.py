"""What people may ask of whoever keeps their data: to have it, to have it deleted, and to be asked first."""
