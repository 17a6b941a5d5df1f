from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("links", "0003_aliases")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="checked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="checked at"),
        ),
        migrations.AddField(
            model_name="domain",
            name="record_missing_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="record missing since"),
        ),
    ]
