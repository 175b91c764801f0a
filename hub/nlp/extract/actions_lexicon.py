"""Words that tell work from talk."""

from hub.nlp.extract.lexicon import words

WORK = words("""
    send resend forward write draft redraft prepare update revise rewrite review check recheck verify confirm reconfirm
    call phone email mail ping chase escalate file refile upload submit resubmit ship book order reorder schedule
    reschedule arrange organise organize set run rerun pull extract export import reconcile clean close reopen raise log
    report notify inform contact reach follow circulate distribute provide deliver finalise finalize complete sign
    approve build create produce compile collect gather get obtain bring fix correct amend add remove document record
    train retrain plan coordinate align talk speak meet present look investigate analyse analyze assess evaluate
    calculate count compare test validate translate print resupply transfer cancel request query answer respond reply
    dig sort handle own put work organize code map configure activate deactivate release block push post publish
    introduce invite nominate list split ask redistribute recalculate rebuild archive return retrieve track trace
    monitor audit inspect visit install programme program adjust issue reissue lock unlock unblind randomise recode
    merge share summarise summarize prioritise prioritize propose recommend define clarify agree negotiate sort
    drive liaise engage arrange pick line hire recruit replace relabel label destroy quarantine store top pack dispatch
    courier deliver supply stock migrate grant revoke enable disable open make take give tell find cover double-check
    tidy circle loop nudge remind remind reproduce reformat recirculate restart initiate kick transcribe scan digitise
    countersign counter-sign escort repeat rework redo finish attach append enter reconvene pre-fill prefill walk come
    go have do move change switch swap shift rebook resolve settle ring phone map pay refund reimburse invoice process warn brief host photograph consolidate
    execute conduct table expedite accelerate secure cut key tag flag
""")
"""Verbs for something that is done outside of the meeting and can be checked afterwards."""

LIGHT = words(
    "get make take give tell do have go come let put look walk find see work talk speak share move bring open own "
    "handle"
)
"""Verbs that say little by themselves: they need an object, a place or a day to be work."""

TALK = words("""
    say mention begin start stop admit guess assume think believe suppose know remember forget wait mute unmute hear
    listen interrupt jump skip pass hand leave drop die kill eat drink hope wish bet apologise apologize repeat read
    explain describe elaborate argue agree disagree love hate live stay sit stand laugh sing enjoy survive suffer
    pretend imagine wonder quote paraphrase summarise summarize recap park pause conclude shut miss see feel want like
    need be seem mean sleep cry smile breathe relax thrill defend keep understand appreciate expect worry believe buy bring_up touch
""")
"""Verbs that stay within the meeting or within a head."""

COURTESY_OBJECTS = words("""
    pastry pastries cake cakes coffee coffees donut donuts doughnut doughnuts biscuit biscuits cookie cookies croissant
    croissants beer beers wine champagne drinks drink lunch dinner pizza chocolate chocolates bagel bagels sandwich
    sandwiches tea popcorn snack snacks umbrella weather sunscreen bottle
""")
"""What a promise in jest is about."""

SCREEN = words("screen slide slides desktop window camera mic microphone chat tab presentation")

EXTERNAL = words("""
    site sites vendor vendors lab laboratory sponsor cro irb ethics committee regulator fda ema agency authority depot
    hospital pharmacy patient patients subject subjects investigator investigators study trial it everything nothing
    data cohort arm visit visits
""")
"""Subjects whose "will" is mostly a forecast: they count as doers only with a deliverable verb and a day."""

DELIVER = words("""
    send resend forward write draft redraft prepare update revise rewrite review book order ship submit resubmit file
    upload provide deliver finalise finalize complete sign build create produce compile rerun run escalate circulate
    distribute call email mail chase schedule arrange turn return retrieve translate print dispatch courier confirm
    check reconcile issue reissue amend correct fix share contact notify organise organize set
""")
"""Verbs whose outcome can be handed over."""

FILLERS = words("uh um er erm ah oh hmm hm mm eh like well so just actually basically honestly obviously voilà pff")
