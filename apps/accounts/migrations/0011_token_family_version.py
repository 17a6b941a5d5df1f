from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_rate_limits_of_keys")]

    operations = [
        migrations.AddField("tokenfamily", "version", models.PositiveIntegerField(default=0, editable=False)),
    ]
