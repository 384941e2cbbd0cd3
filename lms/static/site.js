// Adds comfort to pages that already work without it: focus on the error summary, no second
// submit on a double click, a menu that folds on phones, a password that can be shown. What only
// some pages have stands in a module of its own, which an element names in data-script.

for (const place of document.querySelectorAll("[data-script]")) {
  import(place.dataset.script).then((part) => part.start(place));
}

const library = document.querySelector("script[data-govuk-frontend]").dataset.govukFrontend;
const govuk = await import(library);

// The components look for this class. GOV.UK sets it by an inline script, which our pages forbid.
document.body.classList.add("govuk-frontend-supported");

// Links that look like buttons answer to the space bar too; forms are not sent twice.
for (const button of document.querySelectorAll(".govuk-button")) {
  button.dataset.module ??= "govuk-button";
  button.dataset.preventDoubleClick = String(button.form != null && button.type === "submit");
}

govuk.createAll(govuk.Button);
govuk.createAll(govuk.ErrorSummary);
govuk.createAll(govuk.NotificationBanner);
govuk.createAll(govuk.PasswordInput);
govuk.createAll(govuk.ServiceNavigation);
govuk.createAll(govuk.SkipLink);
