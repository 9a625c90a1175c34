#!/usr/bin/env python3
"""Make the record files of the reference case, and say how they were made.

The report of the Shenzhen Social Insurance Fund Administration for 2021 prints
sums; a finance system holds records.  This script splits each printed sum into
records of the kind that such a system holds, over the bureau's office and its
11 branches, so that they add up to the printed sum to the last digit.  What is
printed stands in PUBLISHED and QUARTERS; everything else here is ours: the unit
codes, the shares of units, months and titles, the amounts of single records.

    python3 make.py            writes the seven record files beside this script
    python3 make.py --check    adds the files up again, writes nothing

The small files that are not splits (departments, assessments, overrides,
self_assessment, stated_figures, disclosure, adjustment) are written by hand.

Amounts are whole cents of a 万元 (integers), so nothing is ever rounded: a sum
is split by the largest remainder.  There is no random number either: where
records should differ, the difference is read off a hash of their names.
"""
import csv
import hashlib
import os
import sys
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))


def cents(text):
    """'34,205.07' as the integer 3420507."""
    value = Decimal(text.replace(",", "")) * 100
    assert value == int(value), text
    return int(value)


def money(amount):
    """The integer 3420507 as '34205.07'."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


# ---------------------------------------------------------------------------
# What the report prints: these sums must come out again.
# ---------------------------------------------------------------------------
PUBLISHED = {
    "budget_initial personnel": cents("34,205.07"),
    "budget_initial public": cents("5,023.18"),
    "budget_initial project": cents("333,706.82"),
    "budget_adjusted": cents("584,600.79"),
    "budget_adjusted public": cents("5,032.05"),
    "budget_adjusted three_public": cents("90.07"),
    "paid public": cents("4,373.66"),
    "paid three_public": cents("45.92"),
    "procurement_planned": cents("7,099.88"),
    "procurement_actual": cents("5,392.12"),
    "assets_total": cents("121,409.27"),
    "assets_in_use": cents("83,402.62"),
    "establishment": 793,
    "on_establishment": 755,
    "projects": 137,
    "petitions 来访": 3528,
    "petitions 来信": 558,
    "petitions 来电": 37212,
}
# Paid within each quarter: the differences of the cumulative column of table 2-1.
QUARTERS = [cents("228,317.64"), cents("280,178.47"), cents("12,336.82"), cents("55,211.83")]
# Not printed, but fixed by the case: 503 of 1,258 prints as 40 %; 12 of 137 late.
EXTERNAL = 503
LATE = 12

# ---------------------------------------------------------------------------
# The units: code, name, establishment, staff on it, external staff, projects,
# buildings that are used although recorded as unused (24 are printed).
# ---------------------------------------------------------------------------
OFFICE = "440300-SI-00"
UNITS = [
    (OFFICE, "局本级", 138, 131, 40, 27, 0),
    ("440300-SI-01", "直属分局", 46, 44, 25, 8, 1),
    ("440300-SI-02", "罗湖分局", 74, 70, 48, 10, 3),
    ("440300-SI-03", "福田分局", 88, 84, 60, 12, 3),
    ("440300-SI-04", "南山分局", 80, 77, 56, 11, 3),
    ("440300-SI-05", "盐田分局", 30, 29, 17, 8, 1),
    ("440300-SI-06", "光明分局", 36, 34, 24, 9, 2),
    ("440300-SI-07", "宝安分局", 94, 90, 75, 13, 4),
    ("440300-SI-08", "龙岗分局", 88, 84, 72, 12, 3),
    ("440300-SI-09", "坪山分局", 33, 31, 20, 8, 1),
    ("440300-SI-10", "龙华分局", 64, 60, 52, 11, 2),
    ("440300-SI-11", "大鹏分局", 22, 21, 14, 8, 1),
]
CODES = [u[0] for u in UNITS]
BRANCHES = CODES[1:]
STAFF = {u[0]: u[3] for u in UNITS}
HEADS = {u[0]: u[3] + u[4] for u in UNITS}      # with external staff

# The project that was late in the office and in each branch.
LATE_PROJECT = "社保基金追缴与案件查处"

BRANCH_PROJECTS = [
    LATE_PROJECT, "窗口服务外包", "服务大厅物业管理", "档案整理与数字化",
    "信息设备运行维护", "社保政策宣传", "办公场所租赁", "安全保卫服务",
    "自助服务终端维护", "稽核专项", "工伤认定辅助服务", "印刷与邮寄", "服务大厅修缮",
]

# The office's projects: initial and adjusted budget of the four large ones.
FUND, RESIDENT, LAND = "社会保险基金补助（政府性基金）", "城乡居民养老保险财政补助", "被征地人员养老保障补助"
LARGE = {
    FUND: (cents("307,000.00"), cents("465,200.00")),       # + 158,200
    RESIDENT: (cents("3,000.00"), cents("22,732.00")),      # + 19,732
    LAND: (cents("2,000.00"), cents("32,000.00")),          # + carry-over
}
OFFICE_PROJECTS = [LATE_PROJECT, FUND, RESIDENT, LAND] + [
    "信息系统运行维护", "信息系统升级改造", "数据中心机房", "网络安全等级保护", "社会保障卡制作与发放",
    "12333 咨询热线", "全市社保政策宣传", "业务培训", "基金审计与精算", "法律服务", "档案中心管理",
    "办公楼物业管理", "办公楼修缮", "办公设备购置", "印刷与邮寄", "内部控制检查", "待遇领取资格认证",
    "异地协查", "养老待遇核定外包", "工伤预防宣传", "业务标准化建设", "绩效评价服务", "经办风险防控",
]


def share(name, low=60, high=140):
    """A weight between low and high, always the same for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    return low + int.from_bytes(digest[:4], "big") % (high - low + 1)


def split(total, weights):
    """total as a list of integers in proportion to weights, adding up to total:
    everyone's floor, and the rest one by one to the largest remainders."""
    whole = sum(weights)
    parts = [total * w // whole for w in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    assert sum(parts) == total
    return parts


def over_units(total, label, units=CODES, size=STAFF):
    """total over units, by their size and a difference of at most 4 %."""
    return dict(zip(units, split(total, [size[u] * share(label + u, 96, 104) for u in units])))


# ---------------------------------------------------------------------------
# Budget lines.  Adjusted is printed in sum and for the public lines; of the
# rest, projects take what personnel (34,887.86, ours) leaves.
# ---------------------------------------------------------------------------
PERSONNEL_ADJUSTED = cents("34,887.86")
PERSONNEL_LINES = [("基本工资", 24), ("津贴补贴", 38), ("社会保险缴费", 17), ("住房公积金", 13), ("编外人员经费", 8)]
PUBLIC_LINES = [("办公费", 22), ("水电费", 14), ("物业管理费", 26), ("差旅费", 8), ("维修（护）费", 18), ("工会经费", 12)]
VEHICLES, RECEPTIONS, ABROAD = "公务用车运行维护费", "公务接待费", "因公出国（境）费"


def three_public_lines():
    """(unit, title, budget): travel abroad only in the office."""
    abroad = cents("18.00")
    rest = PUBLISHED["budget_adjusted three_public"] - abroad
    vehicles, receptions = split(rest, [83, 17])
    lines = [(OFFICE, ABROAD, abroad)]
    for title, total in ((VEHICLES, vehicles), (RECEPTIONS, receptions)):
        lines += [(u, title, a) for u, a in over_units(total, title).items()]
    return lines


def project_lines():
    """(unit, title, initial, adjusted) of the 137 projects."""
    initial = PUBLISHED["budget_initial project"]
    adjusted = PUBLISHED["budget_adjusted"] - PUBLISHED["budget_adjusted public"] - PERSONNEL_ADJUSTED
    lines = [(OFFICE, t, *LARGE[t]) for t in LARGE]
    initial -= sum(a for a, _ in LARGE.values())
    adjusted -= sum(b for _, b in LARGE.values())

    branch_total = cents("8,400.00")
    titles = [(u, t) for u, *_ , n, _ in UNITS if u != OFFICE for t in BRANCH_PROJECTS[:n]]
    amounts = split(branch_total, [STAFF[u] * share(u + t) for u, t in titles])
    lines += [(u, t, a, a) for (u, t), a in zip(titles, amounts)]

    titles = [t for t in OFFICE_PROJECTS if t not in LARGE]
    weights = [share(OFFICE + t, 30, 170) for t in titles]
    lines += [(OFFICE, t, a, b) for t, a, b in zip(
        titles, split(initial - branch_total, weights), split(adjusted - branch_total, weights))]

    order = {u: i for i, u in enumerate(CODES)}
    position = {t: i for i, t in enumerate(OFFICE_PROJECTS + BRANCH_PROJECTS[1:])}
    return sorted(lines, key=lambda line: (order[line[0]], position[line[1]]))


def budget():
    rows = []
    initial = over_units(PUBLISHED["budget_initial personnel"], "personnel")
    adjusted = over_units(PERSONNEL_ADJUSTED, "personnel")
    for u in CODES:
        weights = [w for _, w in PERSONNEL_LINES]
        for (title, _), a, b in zip(PERSONNEL_LINES, split(initial[u], weights), split(adjusted[u], weights)):
            rows.append([u, title, "personnel", False, a, b])

    special = three_public_lines()
    three = PUBLISHED["budget_adjusted three_public"]
    initial = over_units(PUBLISHED["budget_initial public"] - three, "public")
    adjusted = over_units(PUBLISHED["budget_adjusted public"] - three, "public")
    for u in CODES:
        weights = [w for _, w in PUBLIC_LINES]
        for (title, _), a, b in zip(PUBLIC_LINES, split(initial[u], weights), split(adjusted[u], weights)):
            rows.append([u, title, "public", False, a, b])
    rows += [[u, title, "public", True, a, a] for u, title, a in special]
    rows += [[u, title, "project", False, a, b] for u, title, a, b in project_lines()]

    rows.sort(key=lambda r: CODES.index(r[0]))      # stable: classes stay in order
    return [r[:4] + [money(r[4]), money(r[5]), f"YS2021-{i:04d}", "ours"]
            for i, r in enumerate(rows, 1)]


# ---------------------------------------------------------------------------
# Payments.  Personnel and public expense and the branches' projects are split
# by quarter, unit and month; the office's projects are what the printed
# quarter leaves.
# ---------------------------------------------------------------------------
PERSONNEL_PAID = cents("34,512.47")
BRANCH_PROJECTS_PAID = cents("8,236.15")
PERSONNEL_PACE, PUBLIC_PACE, PROJECT_PACE = (26, 24, 24, 26), (19, 24, 25, 32), (20, 27, 22, 31)
# The large transfers of the office: quarter, month, title, amount.
TRANSFERS = [
    (1, FUND, "120,000.00"), (3, FUND, "85,000.00"), (4, FUND, "106,000.00"), (6, FUND, "120,000.00"),
    (11, FUND, "30,000.00"),
    (3, LAND, "6,000.00"), (5, LAND, "20,000.00"), (12, LAND, "5,400.00"),
    (5, RESIDENT, "18,000.00"), (11, RESIDENT, "4,600.00"),
]
# Refunds: unit, month, class, three_public, title, amount.
REFUNDS = [
    (OFFICE, 8, "project", False, "退回：信息系统升级改造", "-380.00"),
    ("440300-SI-02", 5, "project", False, "退回：办公场所租赁", "-12.40"),
    ("440300-SI-07", 10, "project", False, "退回：窗口服务外包", "-26.75"),
    ("440300-SI-04", 7, "public", False, "退回：物业管理费", "-3.18"),
    ("440300-SI-08", 2, "personnel", False, "退回：社会保险缴费", "-5.06"),
    ("440300-SI-03", 9, "public", True, "退回：公务用车运行维护费", "-0.21"),
]


def quarter(month):
    return (month + 2) // 3


def execution():
    rows = []       # month, unit, class, three_public, title, amount

    def spread(unit, q, expense_class, three_public, title, amount):
        """One payment a month that add up to amount, refunds of the quarter included."""
        back = 0
        for u, month, c, three, t, a in REFUNDS:
            if (u, quarter(month), c, three) == (unit, q, expense_class, three_public):
                rows.append((month, u, c, three, t, cents(a)))
                back += cents(a)
        months = range(3 * q - 2, 3 * q + 1)
        weights = [share(f"{unit}{expense_class}{three_public}{m}", 85, 115) for m in months]
        for month, part in zip(months, split(amount - back, weights)):
            if part != 0:
                rows.append((month, unit, expense_class, three_public, title, part))

    three = PUBLISHED["paid three_public"]
    for total, label, pace, expense_class, is_three, title in (
            (PERSONNEL_PAID, "personnel", PERSONNEL_PACE, "personnel", False, "人员经费"),
            (PUBLISHED["paid public"] - three, "public", PUBLIC_PACE, "public", False, "日常公用经费"),
            (three, VEHICLES, PUBLIC_PACE, "public", True, VEHICLES)):
        for unit, amount in over_units(total, label).items():
            for q, part in enumerate(split(amount, pace), 1):
                spread(unit, q, expense_class, is_three, title, part)

    budgets = {u: sum(b for unit, _, _, b in project_lines() if unit == u) for u in BRANCHES}
    for unit, amount in over_units(BRANCH_PROJECTS_PAID, "project", BRANCHES, budgets).items():
        for q, part in enumerate(split(amount, PROJECT_PACE), 1):
            spread(unit, q, "project", False, "项目支出", part)

    for month, title, amount in TRANSFERS:
        rows.append((month, OFFICE, "project", False, title, cents(amount)))
    for q in (1, 2, 3, 4):
        rest = QUARTERS[q - 1] - sum(r[5] for r in rows if quarter(r[0]) == q)
        assert rest > 0
        spread(OFFICE, q, "project", False, "项目支出", rest)

    rows.sort(key=lambda r: (r[0], CODES.index(r[1]), r[2], r[3]))
    return [[u, month, c, t, money(a), title, f"ZF2021{month:02d}-{i:04d}", "ours"]
            for i, (month, u, c, t, title, a) in enumerate(rows, 1)]


# ---------------------------------------------------------------------------
# Purchases.  The report explains 1,527 of the shortfall of 1,707.76 (amounts
# put off); that is three purchases of the office here, the rest is savings.
# ---------------------------------------------------------------------------
PUT_OFF = [("信息系统升级改造（二期）", cents("980.00")), ("数据中心机房扩容", cents("412.00")),
           ("自助服务终端更新", cents("135.00"))]
PURCHASES = ["物业管理服务", "安全保卫服务", "办公设备", "印刷服务", "信息设备运行维护", "档案整理服务", "办公家具"]


def procurement():
    planned = PUBLISHED["procurement_planned"] - sum(a for _, a in PUT_OFF)
    saved = planned - PUBLISHED["procurement_actual"]
    titles = [(u, t) for u in CODES for t in PURCHASES if share(u + t, 0, 99) < 90]
    plans = split(planned, [HEADS[u] * share(u + t + "采购", 20, 180) for u, t in titles])
    # every third purchase came out at the planned price
    savings = split(saved, [p * (share(u + t + "节约", 0, 2)) for (u, t), p in zip(titles, plans)])
    rows = [[u, t, p, p - s, ""] for (u, t), p, s in zip(titles, plans, savings)]
    rows += [[OFFICE, t, a, 0, "deferred: part of the 1,527 that the report explains"] for t, a in PUT_OFF]
    rows.sort(key=lambda r: CODES.index(r[0]))
    assert all(0 <= r[3] <= r[2] for r in rows)
    return [[u, t, money(p), money(a), f"CG2021-{i:03d}", remarks, "ours"]
            for i, (u, t, p, a, remarks) in enumerate(rows, 1)]


# ---------------------------------------------------------------------------
# Fixed assets: buildings as cards, the rest as groups.  24 buildings that the
# branches use are recorded as unused (printed, with "about 34,000").
# ---------------------------------------------------------------------------
IDLE_BUILDINGS = cents("34,000.00")
GROUPS_IN_USE = [("信息设备", 36), ("办公设备", 14), ("家具用具", 11), ("公务用车", 9), ("服务大厅专用设备", 18)]
GROUPS_IDLE = [("信息设备（待报废）", 70), ("家具用具（待报废）", 30)]


def fixed_asset():
    rows = []       # unit, title, value, in_use, remarks
    equipment = cents("24,860.00")
    cards = [(u, f"业务用房 {i}") for u, *_ in UNITS for i in range(1, 4 if u == OFFICE else 3)]
    values = split(PUBLISHED["assets_in_use"] - equipment, [HEADS[u] * share(u + t) for u, t in cards])
    rows += [[u, t, v, True, ""] for (u, t), v in zip(cards, values)]

    groups = [(u, t, w) for u in CODES for t, w in GROUPS_IN_USE]
    values = split(equipment, [HEADS[u] * w * share(u + t, 90, 110) for u, t, w in groups])
    rows += [[u, t, v, True, ""] for (u, t, _), v in zip(groups, values)]

    cards = [(u, f"网点用房 {i}") for u, *_, n in UNITS for i in range(1, n + 1)]
    values = split(IDLE_BUILDINGS, [share(u + t, 50, 150) for u, t in cards])
    rows += [[u, t, v, False, "used by the branch, recorded as unused"] for (u, t), v in zip(cards, values)]

    groups = [(u, t, w) for u in CODES for t, w in GROUPS_IDLE]
    idle = PUBLISHED["assets_total"] - PUBLISHED["assets_in_use"] - IDLE_BUILDINGS
    values = split(idle, [HEADS[u] * w * share(u + t, 90, 110) for u, t, w in groups])
    rows += [[u, t, v, False, ""] for (u, t, _), v in zip(groups, values)]

    rows.sort(key=lambda r: CODES.index(r[0]))
    return [[u, t, money(v), in_use, f"ZC{i:04d}", remarks, "ours"]
            for i, (u, t, v, in_use, remarks) in enumerate(rows, 1)]


def staffing():
    return [[u, e, on, external, "ours"] for u, _, e, on, external, *_ in UNITS]


def project():
    return [[u, t, 1, 0 if t == LATE_PROJECT else 1, f"XM2021-{i:03d}",
             "late: printed for the office and the branches" if t == LATE_PROJECT else "", "ours"]
            for i, (u, t, *_) in enumerate(project_lines(), 1)]


def petition():
    rows = []
    for channel in ("来访", "来信", "来电"):
        cells = [(u, m) for m in range(1, 13) for u in CODES]
        counts = split(PUBLISHED["petitions " + channel],
                       [HEADS[u] * share(f"{channel}{u}{m}", 70, 130) for u, m in cells])
        rows += [[u, m, channel, n] for (u, m), n in zip(cells, counts) if n > 0]
    rows.sort(key=lambda r: (r[1], CODES.index(r[0])))
    return [[u, f"2021-{m:02d} {channel}", n, n, n, "ours"] for u, m, channel, n in rows]


FILES = {
    "budget": (budget, "unit title expense_class three_public initial adjusted document_number origin"),
    "execution": (execution, "unit month expense_class three_public amount title document_number origin"),
    "procurement": (procurement, "unit title planned actual document_number remarks origin"),
    "fixed_asset": (fixed_asset, "unit title original_value in_use asset_code remarks origin"),
    "staffing": (staffing, "unit establishment on_establishment external origin"),
    "project": (project, "unit title planned on_time document_number remarks origin"),
    "petition": (petition, "unit title received answered answered_in_time origin"),
}


def write():
    for name, (make, header) in FILES.items():
        with open(os.path.join(HERE, name + ".csv"), "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header.split())
            for row in make():
                writer.writerow([str(v).lower() if isinstance(v, bool) else v for v in row])


def read(name):
    with open(os.path.join(HERE, name + ".csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check():
    """Add the files up again, from what they say and nothing else."""
    faults = 0

    def same(what, found, expected):
        nonlocal faults
        if found != expected:
            faults += 1
            print(f"{what}: found {found}, expected {expected}")

    def total(rows, column):
        return sum((cents(r[column]) for r in rows), 0)

    for name in list(FILES) + ["adjustment", "disclosure"]:
        rows = read(name)
        print(f"{name + '.csv':18} {len(rows):4} rows")
        same(name + " units", {r["unit"] for r in rows} <= set(CODES), True)

    rows = read("budget")
    for c in ("personnel", "public", "project"):
        same("initial " + c, total([r for r in rows if r["expense_class"] == c], "initial"),
             PUBLISHED["budget_initial " + c])
    same("initial", total(rows, "initial"), cents("372,935.07"))
    same("adjusted", total(rows, "adjusted"), PUBLISHED["budget_adjusted"])
    same("adjusted public", total([r for r in rows if r["expense_class"] == "public"], "adjusted"),
         PUBLISHED["budget_adjusted public"])
    same("adjusted three_public", total([r for r in rows if r["three_public"] == "true"], "adjusted"),
         PUBLISHED["budget_adjusted three_public"])
    same("initial + adjustments", total(rows, "initial") + total(read("adjustment"), "amount"),
         cents("588,369.22"))
    adjusted = {u: total([r for r in rows if r["unit"] == u], "adjusted") for u in CODES}

    rows = read("execution")
    for q in (1, 2, 3, 4):
        same(f"paid in quarter {q}", total([r for r in rows if quarter(int(r["month"])) == q], "amount"),
             QUARTERS[q - 1])
    same("paid", total(rows, "amount"), cents("576,044.76"))
    same("paid public", total([r for r in rows if r["expense_class"] == "public"], "amount"),
         PUBLISHED["paid public"])
    same("paid three_public", total([r for r in rows if r["three_public"] == "true"], "amount"),
         PUBLISHED["paid three_public"])
    same("refunds", sum(r["amount"].startswith("-") for r in rows), len(REFUNDS))
    for u in CODES:
        same(u + " paid within its budget", total([r for r in rows if r["unit"] == u], "amount") <= adjusted[u], True)

    rows = read("procurement")
    same("planned", total(rows, "planned"), PUBLISHED["procurement_planned"])
    same("actual", total(rows, "actual"), PUBLISHED["procurement_actual"])
    rows = read("fixed_asset")
    same("assets", total(rows, "original_value"), PUBLISHED["assets_total"])
    same("assets in use", total([r for r in rows if r["in_use"] == "true"], "original_value"),
         PUBLISHED["assets_in_use"])
    same("buildings recorded unused", sum(r["title"].startswith("网点用房") for r in rows), 24)
    rows = read("staffing")
    same("establishment", sum(int(r["establishment"]) for r in rows), PUBLISHED["establishment"])
    same("on establishment", sum(int(r["on_establishment"]) for r in rows), PUBLISHED["on_establishment"])
    same("external", sum(int(r["external"]) for r in rows), EXTERNAL)
    rows = read("project")
    same("projects", sum(int(r["planned"]) for r in rows), PUBLISHED["projects"])
    same("late", sum(int(r["planned"]) - int(r["on_time"]) for r in rows), LATE)
    rows = read("petition")
    for channel in ("来访", "来信", "来电"):
        same(channel, sum(int(r["received"]) for r in rows if r["title"].endswith(channel)),
             PUBLISHED["petitions " + channel])
    same("petitions", sum(int(r["received"]) for r in rows), 41298)
    print("all sums are the published ones" if faults == 0 else f"{faults} sums differ")
    return faults


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check() > 0)
    write()
