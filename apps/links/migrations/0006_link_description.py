from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('links', '0005_qrlogo'),
    ]

    operations = [
        migrations.AddField(
            model_name='link',
            name='description',
            field=models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='description'),
        ),
    ]
