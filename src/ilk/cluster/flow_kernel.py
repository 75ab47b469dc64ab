"""Exact min-cost flow from customers to a few segments: the last moves, one shortest path at a time.

Nodes are the k segments and a sink that takes everybody out again, through arcs of at least `lower` and at most `upper`
customers. Prices keep every arc's reduced cost at 0 or above, so that what is reached in the end is the optimum
(successive shortest paths; Ahuja, Magnanti & Orlin 1993, chapter 9).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ilk.engines.compiled import compiled, part

FINE = 2.0**32
"""Squared distances are multiples of 1 / FINE; so are prices while they are looked for."""


@compiled
def balance(cost: Any, label: Any, lower: Any, upper: Any, price: Any) -> int:
    """Move customers at the least cost until every segment is within its bounds; returns how many were moved.

    Costs and prices are multiples of 2^-32, so that all sums are exact. Who are exactly alike move in their order.

    IN cost float64 (n, k); lower, upper int64 (k,).
    IN/OUT label int32 (n,), argmin of cost + price; price float64 (k + 1,), the sink's last.
    """
    k = cost.shape[1]
    count, flow = np.zeros(k, np.int64), np.empty(k, np.int64)
    for i in range(len(label)):
        count[label[i]] += 1
    excess = np.zeros(k + 1, np.int64)
    for j in range(k):
        flow[j] = min(max(count[j], lower[j]), upper[j])
        if price[j] > 0.0:
            flow[j] = upper[j]
        elif price[j] < 0.0:
            flow[j] = lower[j]
        excess[j] = count[j] - flow[j]
        excess[k] += flow[j]
    excess[k] -= len(label)
    length, tied = np.empty((k + 1, k + 1)), np.zeros((k + 1, k + 1), np.int64)
    for j in range(k):
        look(cost, label, j, length, tied)
    moved = 0
    far, before = np.empty(k + 1), np.empty(k + 1, np.int64)
    while excess.max() > 0:
        through_sink(flow, lower, upper, length, tied)
        last = shortest(length, price, excess, far, before)
        moved += push(cost, label, last, excess, flow, length, tied, far, before, price)
    return moved


@compiled
def near_prices(cost: Any, lower: Any, upper: Any, price: Any, enough: int, most_sweeps: int) -> None:
    """Set each segment's price in turn to the best while the others stay: ascent in the dual, a coordinate a step.

    Stops when at most `enough` customers are out of place: beyond a bound, or missing where a price asks for all there
    may be, or too many where it asks for the fewest.

    IN cost float64 (k, n); lower, upper int64 (k,).  IN/OUT price float64 (k,), multiples of 2^-32.
    """
    k, n = cost.shape
    room = np.empty(n)
    for sweep in range(most_sweeps + 1):
        out = 0
        for j in range(k):
            rooms(cost, price, j, room)
            come = 0
            for i in range(n):
                come += room[i] > price[j]
            wanted = min(max(come, lower[j]), upper[j])
            wanted = upper[j] if price[j] > 0.0 else (lower[j] if price[j] < 0.0 else wanted)
            out += abs(come - wanted)
            if sweep < most_sweeps and come != wanted:
                price[j] = price_of(room, lower[j], upper[j], price[j], come)
        if out <= enough:
            break


@part
def rooms(cost: Any, price: Any, j: int, room: Any) -> None:
    """How dear segment j may be for each customer to come: what the cheapest other costs more.  OUT room (n,)."""
    k, n = cost.shape
    for i in range(n):
        room[i] = np.inf
    for m in range(k):
        if m != j:
            other, extra = cost[m], price[m]
            for i in range(n):
                there = other[i] + extra
                room[i] = there if there < room[i] else room[i]  # noqa: FURB136
    own = cost[j]
    for i in range(n):
        room[i] -= own[i]


@part
def price_of(room: Any, lower: int, upper: int, price: float, come: int) -> Any:
    """The price nearest 0 at which neither too many nor too few come: those whose room is above it.

    IN room (n,).  With more than wanted at the price so far, `come`, the new one is among these.
    """
    n, free = len(room), 0
    for i in range(n):
        free += room[i] > 0.0
    if lower <= free <= upper:
        return 0.0
    wanted = upper if free > upper else lower
    if wanted in {0, n}:
        return room.max() if wanted == 0 else np.floor(room.min()) - 1.0
    rest = room[room > price] if come > wanted else room
    split = np.partition(rest, len(rest) - wanted)
    return np.floor((split[-wanted] + split[:-wanted].max()) / 2.0 * FINE) / FINE


@part
def look(cost: Any, label: Any, j: int, length: Any, tied: Any) -> None:
    """What it costs to move a customer of segment j to each other.  OUT length[j]; tied[j], how many cost the same."""
    k = cost.shape[1]
    for m in range(k):
        length[j, m], tied[j, m] = np.inf, 0
    for i in range(len(label)):
        if label[i] == j:
            for m in range(k):
                more = cost[i, m] - cost[i, j]
                if more < length[j, m]:
                    length[j, m], tied[j, m] = more, 1
                elif more == length[j, m]:
                    tied[j, m] += 1


@part
def through_sink(flow: Any, lower: Any, upper: Any, length: Any, tied: Any) -> None:
    """Arcs between segments and the sink, which cost nothing.  OUT the last row and column of length, tied."""
    k = len(flow)
    length[k, k] = np.inf
    for j in range(k):
        tied[j, k], tied[k, j] = upper[j] - flow[j], flow[j] - lower[j]
        length[j, k] = 0.0 if tied[j, k] > 0 else np.inf
        length[k, j] = 0.0 if tied[k, j] > 0 else np.inf


@part
def shortest(length: Any, price: Any, excess: Any, far: Any, before: Any) -> int:
    """The nearest node that lacks customers from those that have too many (Bellman-Ford).  OUT far, before."""
    n_nodes = len(price)
    for v in range(n_nodes):
        far[v], before[v] = (0.0 if excess[v] > 0 else np.inf), -1
    changed = True
    while changed:
        changed = False
        for u in range(n_nodes):
            for v in range(n_nodes):
                if u != v and far[u] < np.inf and length[u, v] < np.inf:
                    there = far[u] + length[u, v] + price[v] - price[u]
                    if there < far[v]:
                        far[v], before[v], changed = there, u, True
    last = -1
    for v in range(n_nodes):
        if excess[v] < 0 and (last < 0 or far[v] < far[last]):
            last = v
    return last


@part
def push(
    cost: Any, label: Any, last: int, excess: Any, flow: Any, length: Any, tied: Any, far: Any, before: Any, price: Any
) -> int:
    """Send as many along the path as its arcs take, and settle prices; returns how many customers moved."""
    k = cost.shape[1]
    amount, v = -excess[last], last
    while before[v] >= 0:
        amount = min(amount, tied[before[v], v])
        v = before[v]
    amount = min(amount, excess[v])
    excess[v] -= amount
    excess[last] += amount
    reach, moved, v = far[last], 0, last
    while before[v] >= 0:
        u = before[v]
        if v == k:
            flow[u] += amount
        elif u == k:
            flow[v] -= amount
        else:
            moved += move(cost, label, u, v, length[u, v], amount)
        v = u
    for node in range(k + 1):
        price[node] -= min(far[node], reach)
    v = last
    while before[v] >= 0:
        if v != k and before[v] != k:
            look(cost, label, v, length, tied)
            look(cost, label, before[v], length, tied)
        v = before[v]
    return moved


@part
def move(cost: Any, label: Any, u: int, v: int, at: float, amount: int) -> int:
    """Move the first `amount` customers of segment u whom going to v costs `at`.  IN/OUT label."""
    left = amount
    for i in range(len(label)):
        if left > 0 and label[i] == u and cost[i, v] - cost[i, u] == at:
            label[i] = v
            left -= 1
    return amount - left
