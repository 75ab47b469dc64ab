"""The founding study, as others did it: the 8,636 customers without blanks, standardised, five segments."""

import numpy as np
import pyarrow.csv as pa_csv
import pytest

import ilk


@pytest.mark.slow
def test_inertia_is_that_of_the_best_of_fifty_restarts_of_scikit_learn(data):
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    customers = pa_csv.read_csv(data / "credit-card" / "customers.csv").drop_null()
    names = [name for name in customers.column_names if name != "CUST_ID"]
    assert customers.num_rows == 8_636
    model = ilk.segment(customers, transform="standard", k=5).model
    mine = model.assign(customers).table.sort_by("CUST_ID")["segment"].to_numpy()
    x = StandardScaler().fit_transform(np.column_stack([customers.sort_by("CUST_ID")[n] for n in names]))
    best = KMeans(5, n_init=50, random_state=0, tol=1e-8).fit(x).inertia_
    centres = np.array([x[mine == j].mean(axis=0) for j in range(1, 6)])
    assert ((x - centres[mine - 1]) ** 2).sum() <= 1.0001 * best
    assert model.evidence.candidate(5).inertia == pytest.approx(((x - centres[mine - 1]) ** 2).sum(), rel=1e-4)
