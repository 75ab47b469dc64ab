"""How segments were found, in plain words, and whose idea it was."""

from __future__ import annotations

NEAREST = "everybody belongs to the group of the nearest mean of ten alike customers"

DEARER = "and a segment that would be too large is made to lie farther from everybody"

HOW = {
    "kmeans": (
        "k-means: each customer belongs to the nearest centre, each centre is the mean of its customers.",
        "Lloyd (1982), IEEE Transactions on Information Theory 28(2); Arthur and Vassilvitskii (2007), SODA",
    ),
    "bounded": (
        f"k-means with bounded sizes: each customer belongs to the nearest centre, {DEARER}.",
        "Bradley, Bennett and Demiriz (2000), Microsoft Research MSR-TR-2000-65",
    ),
    "ward": (
        f"Ward: the two groups whose union adds least to the differences within become one, over and over; {NEAREST}.",
        "Ward (1963), Journal of the American Statistical Association 58",
    ),
    "density": (
        f"Density: groups are where customers stand close together, {NEAREST}; who is far from all is in none.",
        "Campello, Moulavi and Sander (2013), PAKDD",
    ),
    "mixture": (
        "Mixture: each segment is a normal distribution, and everybody is in the likeliest.",
        "McLachlan and Peel (2000), Finite Mixture Models",
    ),
    "latent": (
        "Latent class: a segment gives each answer with one probability, and everybody is in the likeliest.",
        "Lazarsfeld and Henry (1968), Latent Structure Analysis",
    ),
}


def how_found(method: str) -> tuple[str, str]:
    """A sentence on a method as provenance names it, and its source."""
    return HOW.get(method, (f"Found by the method {method}.", ""))
