"""What the database asks of every new certificate."""

# The last word on I11: whatever writes a certificate, it has one true origin. What came with a
# record that was merged by mistake goes back to it.
ORIGIN_IS_TRUE = """
IF NEW.sitting_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM assessments_sitting s WHERE s.id = NEW.sitting_id AND s.result = 'passed'
    AND s.learner_id = NEW.learner_id AND s.course_id = NEW.course_id) THEN
    RAISE EXCEPTION 'a certificate needs a passed sitting of its holder';
END IF;
IF NEW.evidence_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM certificates_evidence e WHERE e.id = NEW.evidence_id AND e.decision = 'accepted'
    AND e.learner_id = NEW.learner_id AND e.course_id = NEW.counts_for_id
    AND e.authority_id = NEW.authority_id AND e.passed_on = NEW.passed_on) THEN
    RAISE EXCEPTION 'a certificate needs accepted evidence of its holder';
END IF;
IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM certificates_certificate c JOIN people_learner l ON l.id = c.learner_id
    LEFT JOIN certificates_certificate before ON before.id = c.replaces_id
    LEFT JOIN people_learner origin ON origin.id = before.learner_id
    WHERE c.id = NEW.replaces_id AND (NEW.learner_id IN (c.learner_id, l.succeeded_by_id)
        OR (NEW.learner_id = origin.id AND origin.succeeded_by_id IS NULL))
    AND c.counts_for_id = NEW.counts_for_id AND c.course_id = NEW.course_id
    AND c.authority_id IS NOT DISTINCT FROM NEW.authority_id
    AND c.passed_at = NEW.passed_at AND c.valid_until = NEW.valid_until
    AND c.renew_from = NEW.renew_from) THEN
    RAISE EXCEPTION 'a replacement says what the certificate it corrects said';
END IF;
RETURN NEW;
"""
