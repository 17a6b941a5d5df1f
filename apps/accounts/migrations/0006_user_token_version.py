from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_privacy")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="token_version",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
