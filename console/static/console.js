// What a page does beyond links and forms: it stays up to date, and it listens to the keyboard. No library.
"use strict";
(() => {
  const body = document.body, page = body.dataset.page || "", $ = (id) => document.getElementById(id);
  document.documentElement.classList.add("js");

  // -- time: "3 min" counts on, by the clock of the server (in the demo the story's)
  let ahead = Date.parse(body.dataset.now) - Date.now();
  const zh = document.documentElement.lang === "zh";
  const spans = zh ? [" 天", " 小时", " 分钟", "刚刚"] : [" d", " h", " min", "now"];
  const span = (seconds) => {
    if (seconds >= 172800) return Math.floor(seconds / 86400) + spans[0];
    if (seconds >= 3600) return Math.floor(seconds / 3600) + spans[1];
    return seconds >= 60 ? Math.floor(seconds / 60) + spans[2] : spans[3];
  };
  const age = () => document.querySelectorAll(".age time").forEach((one) => {
    one.textContent = span((Date.now() + ahead - Date.parse(one.dateTime)) / 1000);
  });
  setInterval(age, 15000);

  // -- the feed
  const rows = $("rows");
  const current = () => rows && rows.querySelector("[aria-current]");
  const select = (row, scroll) => {
    if (!row) return;
    const before = current();
    if (before && before !== row) before.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    if (scroll) row.scrollIntoView({ block: "nearest" });
    row.querySelector(".open").focus({ preventScroll: true });
  };
  const place = (row) => {
    for (const other of rows.children) if (other !== row && other.dataset.place < row.dataset.place) return rows.insertBefore(row, other);
    rows.append(row);
  };
  const put = ({ id, html }) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const row = holder.content.firstElementChild, old = $("row-" + id);
    const was = old && old.hasAttribute("aria-current"), focused = old && old.contains(document.activeElement);
    if (old) old.remove(); else row.classList.add("new");
    place(row);
    if (was) row.setAttribute("aria-current", "true");
    if (focused) row.querySelector(".open").focus({ preventScroll: true });
    while (rows.children.length > rows.dataset.limit) rows.lastElementChild.remove();
    $("empty").hidden = true;
  };
  const gone = ({ id }) => {
    const row = $("row-" + id);
    if (!row) return;
    const next = row.nextElementSibling || row.previousElementSibling;
    const was = row.hasAttribute("aria-current");
    row.remove();
    if (was && next) {
      if (document.querySelector("dialog[open]")) next.setAttribute("aria-current", "true"); else select(next, false);
    }
    $("empty").hidden = rows.children.length > 0;
  };

  // -- what the server tells
  // It goes on from where the page was rendered, or the last stream told; the browser itself repeats the latter.
  const follow = (address, told, since = body.dataset.since) => {
    const live = $("live");
    const source = new EventSource(address + (address.includes("?") ? "&" : "?") + "since=" + encodeURIComponent(since));
    const show = (lost) => {
      live.hidden = false;
      live.classList.toggle("lost", lost);
      live.textContent = lost ? live.dataset.lost : live.dataset.live;
    };
    source.onerror = () => {
      show(true);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => refused(address, told, since), 3000);
    };
    // The first message, not the open connection, says that the server tells this page what changes.
    for (const [name, act] of Object.entries(told)) {
      source.addEventListener(name, (event) => {
        show(false);
        since = event.lastEventId || since;
        act(JSON.parse(event.data));
      });
    }
    source.addEventListener("ended", () => { source.close(); live.hidden = true; $("ended").hidden = false; });
    addEventListener("pagehide", () => source.close());
  };
  // A stream that was refused, not lost: either the sign-in has ended, or the server starts anew.
  const refused = async (address, told, since) => {
    const answer = await fetch("/v1/me", { headers: { accept: "application/json" } }).catch(() => null);
    if (answer && answer.status === 401) { $("live").hidden = true; $("ended").hidden = false; } else follow(address, told, since);
  };
  // So much has changed that the page is loaded anew; not under a dialog.
  const again = () => {
    const dialog = document.querySelector("dialog[open]");
    if (dialog) dialog.addEventListener("close", () => location.reload(), { once: true }); else location.reload();
  };
  const clock = ({ now }) => { if (now) { ahead = Date.parse(now) - Date.now(); age(); } };
  if (page === "feed") {
    follow("/stream" + location.search, {
      row: put, gone, again,
      now: (told) => { clock(told); if (told.summary) $("summary").innerHTML = told.summary; },
    });
    $("filters").addEventListener("change", (event) => event.target.form.requestSubmit());
    rows.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row && !event.target.closest("a")) location.assign(row.querySelector(".open").href);
    });
    rows.addEventListener("focusin", (event) => select(event.target.closest(".row"), false));
  } else if (page === "alert") {
    follow("/alerts/" + body.dataset.id + "/stream", {
      changed: () => { $("changed").hidden = false; },
      others: ({ names, now }) => {
        clock({ now });
        const line = $("others"), name = document.createElement("b");
        name.textContent = names.join(", ");
        line.replaceChildren(line.dataset.text + " ", name);
        line.hidden = !names.length;
      },
    });
  } else if ($("filters")) {
    $("filters").addEventListener("change", (event) => event.target.form.requestSubmit());
  }

  // -- verdicts
  const usual = { price: "counterfeit", words: "counterfeit", aftersale: "non_delivery" };
  let about = null;
  const ask = (verdict) => {
    const row = page === "feed" ? current() : body, dialog = $(verdict);
    if (!row || !row.dataset.id || !dialog || !body.dataset.mayRule || row.dataset.ruled === "") return;
    about = { id: row.dataset.id, key: crypto.randomUUID ? crypto.randomUUID() : String(Math.random()) };
    const form = dialog.querySelector("form");
    form.reset();
    form.querySelector(".problem").hidden = true;
    form.querySelector(".of").textContent = row.dataset.title;
    const wanted = verdict === "confirmed" ? usual[row.dataset.family] || "unclear" : "honest";
    const cause = form.querySelector(`[value="${wanted}"]`);
    cause.checked = true;
    dialog.showModal();
    cause.focus();
  };
  const send = async (form) => {
    const button = form.querySelector("button.primary"), problem = form.querySelector(".problem");
    button.disabled = true;
    try {
      const answer = await fetch(`/v1/alerts/${about.id}/verdicts`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-csrf-token": body.dataset.csrf, "idempotency-key": about.key },
        body: JSON.stringify({ verdict: form.dataset.verdict, cause: form.cause.value, reason: form.reason.value }),
      });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      form.closest("dialog").close();
      if (page === "alert") location.assign(location.pathname + "?sent=" + form.dataset.verdict);
    } catch (error) {
      problem.textContent = form.dataset.problem + error.message;
      problem.hidden = false;
    } finally { button.disabled = false; }
  };
  document.querySelectorAll("dialog").forEach((dialog) => dialog.addEventListener("close", () => select(current(), false)));
  document.querySelectorAll("form.verdict").forEach((form) => {
    form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
    form.querySelector("[data-close]").addEventListener("click", () => form.closest("dialog").close());
  });

  // -- the keyboard
  const step = (by) => {
    const all = [...rows.children], at = all.indexOf(current());
    select(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))], true);
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input, textarea, select");
    if (typing) { if (event.key === "Escape") typing.blur(); return; }
    const acts = {
      "?": () => $("help") && $("help").showModal(),
      c: () => ask("confirmed"), r: () => ask("rejected"),
      "/": () => { const search = document.querySelector("[type=search]"); if (search) search.focus(); },
      u: () => page === "alert" && location.assign("/"),
      ...(rows ? { j: () => step(1), k: () => step(-1) } : {}),
    };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });
})();
