"""What an authority may not say on a certificate: anything about a licence (R44)."""

import re

LICENCE = r"(?:licen[cs]es?|badges?|permits?|trwydded\w*)"
DEED = (
    r"(?:grant|issu|approv|award|renew|extend|suspend|refus|revok|reinstat|withdraw|valid|"
    r"entitle|hold|rhoi|caniat|dyfarn|adnewydd)\w*"
)
CLAIMS = (
    rf"\b{LICENCE}\b[^.!?]*\b{DEED}",
    rf"\b{DEED}[^.!?]*\b{LICENCE}\b",
    r"\b(?:is|are|be|been|being|now|fully|hereby)\s+licen[cs]ed\b",
    r"\blicen[cs]ed\s+(?:to|as|by)\b",
    r"\bfit\s+and\s+proper\b",
    r"\b(?:may|can|allowed|permitted|authori[sz]ed|entitled|cleared)\s+(?:to\s+)?(?:drive|ply|work)\b",
)
CLAIM = re.compile("|".join(CLAIMS), re.IGNORECASE)


def claim_in(text: str) -> str:
    """The words that claim something about a licence; empty where there are none.

    A sentence that says what is not so is caught too: the certificate says it already.
    """
    found = CLAIM.search(" ".join(text.split()))
    return found[0] if found else ""
