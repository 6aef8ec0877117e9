// How old the figures are on the reader's calendar: a file that is opened knows no other clock.
(() => {
  const age = document.getElementById("age");
  if (!age) return;
  const [year, month, day] = page.asOfDate.split("-").map(Number);
  const now = new Date();
  // Both as dates without a time: a day with a change of clocks has not 24 hours.
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.round((today - Date.UTC(year, month - 1, day)) / 86400000);
  const key = days < 0 ? "age_ahead" : ["age_today", "age_yesterday"][days] || "age_days";
  age.textContent = page.say(key, { n: page.number(days) });
  age.hidden = false;
  if (days < 2) return;
  const notice = document.getElementById("age-notice");
  notice.textContent = page.say("age_notice", { n: page.number(days) });
  notice.hidden = false;
})();
