"""Waits become a list of durations, and an answer may hold several options."""

import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models

# The rules and answers say the same as before, in other words; hence around their triggers.
WAITS = """
ALTER TABLE assessments_testrule DISABLE TRIGGER USER;
UPDATE assessments_testrule SET waits = CASE
    WHEN wait_hours = 0 THEN '{}'
    WHEN wait_hours < 1000 THEN ARRAY['PT' || wait_hours || 'H']
    ELSE ARRAY['P' || least(ceil(wait_hours / 24.0), 999)::int || 'D'] END;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE assessments_testrule ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0006_upkeep_and_language")]

    operations = [
        migrations.RenameField(model_name="answer", old_name="option_token", new_name="chosen"),
        migrations.AlterField(
            model_name="answer", name="chosen", field=models.CharField(max_length=200)
        ),
        migrations.AddField(
            model_name="testrule",
            name="waits",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    max_length=8,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^(?:PT[1-9][0-9]{0,2}H|P[1-9][0-9]{0,2}[DM])$"
                        )
                    ],
                ),
                blank=True,
                default=list,
                help_text="After the first fail, the second and so on; the last one goes on.",
                size=None,
            ),
        ),
        migrations.RunSQL(WAITS, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="testrule", name="wait_hours"),
    ]
