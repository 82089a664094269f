"use strict";
// Without this script every row is shown and every part can be opened by hand.
document.querySelectorAll("input[data-filters]").forEach((box) => {
  const table = document.getElementById(box.dataset.filters);
  const rows = Array.from(table.tBodies[0].rows);
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const found = box.parentElement.querySelector(".found");
  box.parentElement.hidden = false;
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    found.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
  });
});
// A link to a folded part opens it.
const open = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const folded = target.closest("details");
  if (folded) folded.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", open);
open();
