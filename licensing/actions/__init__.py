"""Every change of state in this room."""

from licensing.actions.acceptance import approve_acceptance, propose_acceptance
from licensing.actions.clients import end_api_client, make_api_client
from licensing.actions.compliance_runs import Difference, difference, run_again, run_compliance
from licensing.actions.deliveries import relay_webhooks
from licensing.actions.desk import DeskRefused, end_next_action, log_contact, plan_next_action
from licensing.actions.exceptions import (
    ExceptionRefused,
    decline_exception,
    end_exception,
    grant_exception,
    propose_exception,
    take_back_exception,
)
from licensing.actions.feed import advance_all, advance_feed
from licensing.actions.handing_over import HandOverReport, hand_over_licences
from licensing.actions.kept_answers import Answer, KeyUsedOtherwise, answer_once, drop_kept_answers
from licensing.actions.merging import (
    MergeRefused,
    bar_to_merge,
    bar_to_undoing,
    confirm_merge,
    drop_merge,
    propose_merge,
    propose_undoing,
)
from licensing.actions.packs import MakingRefused, make_committee_pack, make_foi_pack
from licensing.actions.quarterly import PackRefused, ask_pack, work_on_pack, work_on_packs
from licensing.actions.rechecks import (
    RecheckRefused,
    call_off_recheck,
    differences,
    draw_due,
    draw_recheck,
    plan_recheck,
    record_outcome,
)
from licensing.actions.requirements import approve_requirement, propose_requirement
from licensing.actions.signed import (
    SigningRefused,
    countersign,
    decline_signature,
    enter_session,
    finished_rounds,
    sign_course,
    sign_session,
)
from licensing.actions.trends import NoteRefused, note_alert, notice_changes, work_out_points
from licensing.actions.webhooks import (
    WebhookRefused,
    add_webhook,
    remove_webhook,
    replay_webhook,
    rotate_secret,
)

__all__ = [
    "Answer",
    "DeskRefused",
    "Difference",
    "ExceptionRefused",
    "HandOverReport",
    "KeyUsedOtherwise",
    "MakingRefused",
    "MergeRefused",
    "NoteRefused",
    "PackRefused",
    "RecheckRefused",
    "SigningRefused",
    "WebhookRefused",
    "add_webhook",
    "advance_all",
    "advance_feed",
    "answer_once",
    "approve_acceptance",
    "approve_requirement",
    "ask_pack",
    "bar_to_merge",
    "bar_to_undoing",
    "call_off_recheck",
    "confirm_merge",
    "countersign",
    "decline_exception",
    "decline_signature",
    "difference",
    "differences",
    "draw_due",
    "draw_recheck",
    "drop_kept_answers",
    "drop_merge",
    "end_api_client",
    "end_exception",
    "end_next_action",
    "enter_session",
    "finished_rounds",
    "grant_exception",
    "hand_over_licences",
    "log_contact",
    "make_api_client",
    "make_committee_pack",
    "make_foi_pack",
    "note_alert",
    "notice_changes",
    "plan_next_action",
    "plan_recheck",
    "propose_acceptance",
    "propose_exception",
    "propose_merge",
    "propose_requirement",
    "propose_undoing",
    "record_outcome",
    "relay_webhooks",
    "remove_webhook",
    "replay_webhook",
    "rotate_secret",
    "run_again",
    "run_compliance",
    "sign_course",
    "sign_session",
    "take_back_exception",
    "work_on_pack",
    "work_on_packs",
    "work_out_points",
]
