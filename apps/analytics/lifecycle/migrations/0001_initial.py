from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PurgedLink",
            fields=[
                ("link_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="link")),
                ("purged_at", models.DateTimeField(verbose_name="purged at")),
                ("erased_at", models.DateTimeField(blank=True, null=True, verbose_name="erased at")),
            ],
            options={
                "verbose_name": "purged link",
                "verbose_name_plural": "purged links",
            },
        ),
    ]
