"""Words that are known: things that can be many, and what can be done with a thing."""

from __future__ import annotations

_THINGS = """
account activity ad address adolescent adult amenity app appliance article attempt balance bank basket bill
bonus book box branch brand break brochure bundle buyer cancellation car card cart case cash-back category
channel charge cheque child city class comment company complaint contact contract contribution cookie country
coupon course credit customer cycle day deal debt delivery demand device discount distance dollar donation door
drink email employee error event exchange expense fare favourite fee file flat follower friend fund gift good
grade group guest hit holiday home hotel hour house image incident installment instalment interaction interest
invoice issue item job journey kid kilometre like limit line link list loss machine mail meal meeting member
message mile minute mobile month movie newsletter night number offer office option overdraft owner package page
parcel part partner party passenger payment penalty person pet phone picture plan plane play point policy
position post pound premium price prize problem product profit project promotion property purchaser question
rate rating receipt recommendation refund region rental reply report request reservation response reward room
salary sale sample saving school score seat segment sender service session share shift ship shop sibling site
size skill sms song source spending step stock store story student subscriber survey table task tax teacher
teenager term test text ticket tie time tip toy train transaction treatment unit upgrade upload user value
vehicle video vote voucher wallet website week weekend winner word worker year
"""

_DONE = """
accepted activated attended booked bought cancelled clicked completed downloaded joined opened ordered owned
purchased received redeemed referred registered renewed returned subscribed used viewed visited
"""

THINGS = frozenset(_THINGS.split())
"""What people have, get or count, in the singular; a word that is not here is left as it is written."""

DONE = frozenset(_DONE.split())
"""First words that say what somebody has done with the rest."""
