from certificates.forms.validity import ValidityRuleForm
from certificates.forms.verify import VerifyForm

__all__ = ["ValidityRuleForm", "VerifyForm"]
