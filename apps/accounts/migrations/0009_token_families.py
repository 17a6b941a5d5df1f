import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_api_keys")]

    operations = [
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("current_jti", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("current_issued_at", models.DateTimeField(editable=False)),
                ("previous_jti", models.UUIDField(editable=False, null=True)),
                ("previous_client", models.CharField(blank=True, editable=False, max_length=64)),
                ("rotated_at", models.DateTimeField(editable=False, null=True)),
                ("user_agent", models.CharField(blank=True, editable=False, max_length=300)),
                ("address", models.GenericIPAddressField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField(editable=False)),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_families",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "log-in of an API client",
                "verbose_name_plural": "log-ins of API clients",
                "default_permissions": (),
                "indexes": [models.Index(fields=["expires_at"], name="token_family_expiry")],
            },
        ),
    ]
