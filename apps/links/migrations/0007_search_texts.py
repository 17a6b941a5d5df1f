import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table that PostgreSQL searches in; links fill it after this (`manage.py search_rebuild`, and their events)."""

    dependencies = [
        ("links", "0006_link_description"),
    ]

    operations = [
        # Tells how many letters words differ by; owners of databases may create it.
        CreateExtension("fuzzystrmatch"),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("link_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("workspace_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
                ("is_deleted", models.BooleanField()),
                ("version", models.BigIntegerField()),
                ("lexemes", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["lexemes"], name="search_text_lexemes"),
                    models.Index(fields=["workspace_id", "is_deleted", "-created_at", "-link_id"], name="search_text_newest"),
                    models.Index(fields=["is_deleted", "-created_at", "-link_id"], name="search_text_newest_of_all"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(db_collation="C", max_length=32, primary_key=True, serialize=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        django.db.models.functions.text.Left("word", 1),
                        django.db.models.functions.text.Length("word"),
                        models.F("word"),
                        name="search_word_like",
                    )
                ],
            },
        ),
    ]
