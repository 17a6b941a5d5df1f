from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

_PLACE = ["workspace_id", "tag_id", "state", "domain_id"]


class Migration(migrations.Migration):
    """The orders of the links list; links go on being made meanwhile."""

    atomic = False
    dependencies = [("links", "0009_fill_listed_links")]
    operations = [
        AddIndexConcurrently("listedlink", models.Index(fields=[*_PLACE, "created", "link_id"], name="listed_by_age")),
        AddIndexConcurrently("listedlink", models.Index(fields=[*_PLACE, "clicks", "link_id"], name="listed_by_clicks")),
        AddIndexConcurrently("listedlink", models.Index(fields=[*_PLACE, "expiry", "link_id"], name="listed_by_expiry")),
        AddIndexConcurrently(
            "listedlink", models.Index(fields=["due_at"], name="listed_due", condition=models.Q(due_at__isnull=False))
        ),
    ]
