// On the page that stands in when there is no line: the lessons kept on this phone.

const list = document.querySelector("[data-kept]");
const names = (await caches.keys()).filter((name) => name.startsWith("lesson "));
for (const name of names) {
  const address = name.split(" ")[2];
  const note = await (await caches.open(name)).match(address);
  if (!note) continue;
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = address;
  link.textContent = (await note.json()).title;
  list.append(document.createElement("li"));
  list.lastElementChild.append(link);
}
list.parentElement.hidden = list.childElementCount === 0;
