"""Limits count acts in rolling windows. The table of the old counters stays while an older release may write to it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_first_documents'),
    ]

    operations = [
        migrations.CreateModel(
            name='LimitedAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(help_text='keyed hash of phone, address, account …', max_length=64)),
                ('happened_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'учтённое действие',
                'verbose_name_plural': 'учтённые действия',
                'indexes': [
                    models.Index(fields=['kind', 'subject', '-happened_at'], name='limited_act_newest'),
                    models.Index(fields=['happened_at'], name='limited_act_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PhoneRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone', models.CharField(max_length=16, verbose_name='телефон')),
                ('reason', models.TextField(verbose_name='причина')),
                ('released_at', models.DateTimeField(verbose_name='когда')),
                ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='кто снял ограничения')),
            ],
            options={
                'verbose_name': 'снятие ограничений',
                'verbose_name_plural': 'снятия ограничений',
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name='RateLimitCounter')],
        ),
    ]
