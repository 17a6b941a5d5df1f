import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("links", "0004_domain_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QrLogo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("data", models.BinaryField(verbose_name="picture")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("chosen_at", models.DateTimeField(verbose_name="chosen at")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="qr_logos",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "logo of QR codes",
                "verbose_name_plural": "logos of QR codes",
                "constraints": [models.UniqueConstraint(fields=["owner", "digest"], name="qr_logo_once_per_owner")],
            },
        ),
    ]
