"""How long the tasks of a page hold its main thread, in processor time: what else runs on the machine is not in it."""

from typing import Any

from playwright.sync_api import Page

CATEGORIES = ["devtools.timeline", "toplevel"]
LONG = 50.0


def get_tasks(page: Page, address: str) -> list[float]:
    """Milliseconds of processor time of each task that the page makes until well after it is loaded, the longest
    first."""
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    browser = page.context.browser
    assert browser is not None
    line = browser.new_browser_cdp_session()
    line.on("Tracing.dataCollected", lambda event: events.extend(event["value"]))
    line.on("Tracing.tracingComplete", lambda event: ended.append(event))
    line.send("Tracing.start", {"traceConfig": {"includedCategories": CATEGORIES}, "transferMode": "ReportEvents"})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1500)
    line.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    # The browser's own pages have renderers too: only the one that parsed this page counts.
    ours = {row["pid"] for row in events if row["name"] == "ParseHTML" and address in str(row.get("args"))}
    threads = {
        (row["pid"], row["tid"])
        for row in events
        if row["name"] == "thread_name" and row["args"]["name"] == "CrRendererMain" and row["pid"] in ours
    }
    tasks = {
        row["ts"]: row["tdur"] / 1000
        for row in events
        if (row["pid"], row["tid"]) in threads and row["name"] == "ThreadControllerImpl::RunTask" and "tdur" in row
    }
    return sorted(tasks.values(), reverse=True)


def count_blocking(tasks: list[float], slower: float) -> float:
    """Blocking time on a processor so many times slower: what each task takes above 50 ms."""
    return sum(max(0.0, task * slower - LONG) for task in tasks)
