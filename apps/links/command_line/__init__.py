"""What `manage.py links` does with links. The command itself stands above, in `apps.analytics`, which knows clicks, too."""
