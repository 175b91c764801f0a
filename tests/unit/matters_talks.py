"""Meetings in several styles with the decisions, risks and issues a reader finds in them; none is real.

A line is "marks | Name: text". The marks d1, r1, i1 name the matter that the line proves, x a passage that only
sounds like one.
"""

STEERING = """
| Ingrid: Good afternoon, and welcome to the third steering committee of the ORCHID study.
| Ingrid: We have four points on the agenda. Point one, enrolment in Scandinavia.
| Paul: Thank you, chair. By the end of last week we had screened three hundred and twelve patients and randomised two hundred and four.
i1 | Paul: Norway, however, has not enrolled a single patient since February, although three centres are open.
i1 | Paul: The competing trial in Bergen takes all of them.
x | Ingrid: I recall that in January this committee decided to keep Norway until summer.
| Paul: That is correct. In view of these figures I would propose that we close the two smaller centres and keep only Oslo.
d1 | Paul: So Tromsø and Bergen would be closed for recruitment, and Oslo stays.
| Ingrid: Are there any comments? Professor Lind?
d1 | Anders: From the medical side I have no objection.
d1 | Ingrid: Then the committee approves that. Tromsø and Bergen are closed.
| Ingrid: Point two, the replacement of the central pharmacy.
r1 | Wanda: If the new pharmacy does not obtain its licence before the first of September, there will be no resupply for the Danish patients.
r1 | Ingrid: How would you rate that?
r1 | Wanda: High, I am afraid.
x | Anders: And what if we imported directly from Germany? Would that be thinkable?
x | Wanda: We discussed it, and the authority would not accept it. So that is off the table.
| Ingrid: Very well. Point three, the statistical analysis plan.
d2 | Anders: My recommendation to the committee is to replace the per-protocol population by the modified intention-to-treat population as the primary one.
| Paul: The statisticians support this.
d2 | Ingrid: Any votes against? None. So adopted.
x | Anders: There remains the question of the second interim analysis.
x | Ingrid: I suggest that we postpone this to the September meeting, since the data are not mature.
x | Paul: Agreed.
| Ingrid: Any other business? No. Then I thank you all and wish you a pleasant evening.
"""

HURRIED = """
| Brett: Hey, hi, we've got like twenty minutes, so let's just rip through it.
| Carla: Works for me, I have a hard stop at the half.
| Brett: Vendor stuff first. Jamal, where's the IRT?
i1 | Jamal: So the IRT went down again Saturday night. Three hours, nobody could randomize.
i1 | Jamal: Site twelve had a patient sitting there and they had to send him home.
| Brett: Ugh. That's twice this month.
x | Jamal: Yeah, the first one's fixed, root cause was a certificate, that's closed.
| Brett: So what do we do? Paper backup?
d1 | Jamal: I'd say sealed envelopes at the five biggest sites, just till the vendor gets its act together.
d1 | Carla: Envelopes, yeah, fine by me.
d1 | Brett: Cool, envelopes at the top five.
r1 | Carla: My only worry is somebody opens one when they don't have to and we unblind half a site.
r1 | Brett: Yeah, that'd be bad. Put that down as medium.
| Brett: Next. Budget.
x | Carla: We could always sell Jamal's car.
x | Jamal: Ha, let's sell the car then.
i2 | Carla: No, seriously, we've burned eighty percent of the travel budget and we're only halfway through.
| Brett: Okay, so what, fewer visits?
x | Jamal: Could we go fully remote?
x | Carla: No way, QA would kill us.
d2 | Brett: How about every other visit remote, starting in March?
d2 | Carla: Every other one, sure, I'm good with that.
d2 | Jamal: Yep.
d2 | Brett: Great, every other visit goes remote.
| Brett: Last thing, eCOA translations.
x | Jamal: Those are all in, the last one came Friday. No issues there.
x | Brett: Love it. And the thing with the tablets, do we switch vendors or not?
x | Jamal: I don't have the quote yet.
x | Brett: Okay, then let's not decide that now.
| Brett: Alright, that's time. Thanks, folks.
"""

NONNATIVE = """
| Giulia: Good morning to all, I hope that you hear me well.
| Kenji: Yes, we hear. Good morning.
| Giulia: So we begin with the laboratory. Kenji, please.
i1 | Kenji: The samples from Seville arrive to us thawed. Four boxes of six in this month.
i1 | Kenji: The dry ice is finished when the courier comes, because the customs keep the box two days.
| Giulia: It is always the customs. What can we make?
d1 | Kenji: I propose to change the courier for Spain, to use the same one as for Portugal.
| Olga: It is more expensive?
| Kenji: Eight percent more expensive, but they have own dry ice.
d1 | Olga: Then I agree, we change.
d1 | Giulia: Okay, I am also agree. The courier for Spain will be changed.
| Giulia: Second point, it is the ethics in Milano.
i2 | Giulia: We wait since eleven weeks for the answer and the secretary does not reply to the mails.
r1 | Olga: I fear that with this delay the Italian centres will start only after the summer.
r1 | Giulia: Yes, the risk is there. But I think it is low, the president promised me.
x | Kenji: If the committee would say no, then we have no Italy, but this will not happen.
| Giulia: Then the training. The investigators ask if the training can be in the own language.
d2 | Olga: The slides stay in English, but the questions can be answered in the language of the site. Is it okay for everybody?
d2 | Kenji: For me it is okay.
d2 | Giulia: For me also. So we do it like this.
x | Olga: And the newsletter? Last year we have decided to make it every quarter.
x | Giulia: Yes, this remains so, nothing is new.
x | Kenji: The problem of the broken centrifuge is solved, the new one was installed on Monday.
x | Giulia: Very good. And about the pharmacokinetic sub-study, I think we could also stop it.
x | Olga: I do not know. I must ask first my chief.
x | Giulia: Okay, we speak about it the next time.
| Giulia: So thank you and have a good week.
"""

DATA_REVIEW = """
| Nadia: Right, everyone's here, so blind data review, part two. Can you see the listings?
| Tomasz: Yep.
| Nadia: We're at ninety-eight percent of CRFs signed. Three hundred and forty subjects completed week twenty-four.
| Tomasz: That's better than I'd expected.
i1 | Nadia: The ePRO diaries are the ugly part. Site 31 has diary gaps in seventeen of its twenty subjects.
i1 | Femi: Seventeen of twenty? That's nearly the whole site.
i1 | Nadia: Yeah, the devices weren't charged and nobody noticed.
| Femi: Do we exclude them from the per-protocol set, then?
x | Tomasz: I'd exclude the site completely.
x | Nadia: No, I don't think we can do that. It's not the subjects' fault.
d1 | Femi: What about keeping everybody with at least seventy percent of the diary days?
d1 | Tomasz: Seventy percent. I could defend that.
d1 | Nadia: Fine, seventy percent it is.
| Nadia: Next listing, prohibited medication.
| Nadia: Subject 14-007 took prednisone for nine days in week eight.
d2 | Femi: That's a major deviation, I'd say. She goes out of the per-protocol set.
d2 | Tomasz: Agree.
d2 | Nadia: Okay, out.
i2 | Tomasz: One more thing. The lab loaded the potassium values in the wrong unit for the whole of cohort two.
i2 | Tomasz: We only found out yesterday, and the query to the lab is still open.
| Nadia: Oh no.
r1 | Tomasz: It may well push the lock back by a week, because they've to reload everything.
r1 | Nadia: And that would eat the whole buffer before the topline.
x | Femi: If the moon falls on the server, we're also late.
x | Tomasz: Ha ha.
x | Nadia: The duplicate subjects we had in May, those were merged, so that's gone.
| Nadia: And unblinding. Who's on the list?
d3 | Nadia: Only the two statisticians and Femi get the codes, nobody else. Does anyone have a problem with that?
d3 | Tomasz: No.
d3 | Femi: No, that's good.
x | Tomasz: We agreed at the kick-off that the sponsor sees nothing before the topline, by the way.
| Nadia: Right. That's all from me.
"""

SAFETY = """
| Ruth: Hello everybody, monthly safety call. I have Dr. Amari and Lena on the line, correct?
| Yusuf: Correct.
| Lena: Yes, hello.
| Ruth: This month eleven serious events from nine patients, all of them followed up.
x | Lena: And the two missing narratives from last month came in, so we're complete on that.
i1 | Yusuf: What I don't like is Marseille. They reported the hospitalisation nine days after they knew.
i1 | Lena: And that's the second late one from them.
| Ruth: Retraining?
| Lena: I'd think so.
| Ruth: Then cohort four. Yusuf, you've looked at the platelets?
| Yusuf: Two grade three drops in six patients. Not dose limiting by the book.
r1 | Yusuf: But we could well see bleeding in the next cohort, I'm a bit uneasy.
r1 | Ruth: How bad do you see it?
r1 | Yusuf: Severity high, likelihood low.
d1 | Yusuf: I'd suggest we stay at forty milligrams and add three patients before we go up.
d1 | Ruth: So expand at forty, no escalation yet. Lena?
d1 | Lena: I support that.
d1 | Ruth: Okay, decided.
x | Lena: Should we also stop the aspirin users?
x | Yusuf: No, no, there's no reason for that.
d2 | Ruth: And platelets are checked twice a week from now on instead of once, yes?
d2 | Yusuf: Yes, twice a week.
x | Lena: There's no signal on the liver, by the way, no concerns at all.
r2 | Lena: I'm worried about the pregnancy follow-up, though. We might lose the mother when she moves back to Ghana in May.
| Ruth: Hm. Has the site got her phone number?
| Lena: They do.
x | Ruth: We'll talk about the unblinding procedure next month when Gerd's back.
| Ruth: Fine. That's it for today then.
"""

IRT_CALL = """
| Hannah: Morning. Is the vendor on? Dev, is that you?
| Dev: Morning, yes, Dev from Trialgate here.
| Hannah: Okay, go-live. Where are we with the user testing?
| Dev: Forty-two of forty-eight scripts passed. The rest runs today.
i1 | Dev: Six scripts failed, and two of them are critical, the kit replacement doesn't decrement the stock.
i1 | Hannah: Two critical ones? A week before go-live?
| Dev: The fix is in development.
r1 | Hannah: So if the fix isn't in by Thursday, we'll miss the first patient in Portugal.
r1 | Dev: That's possible, yes.
x | Piotr: Could we go live without the replacement module?
x | Hannah: No, the depot would never sign that.
d1 | Piotr: Then let's move go-live to the sixteenth. One week.
d1 | Hannah: The sixteenth. Dev?
d1 | Dev: Doable.
d1 | Hannah: All right, the sixteenth.
| Hannah: Depots. Piotr?
x | Piotr: The Lisbon depot had a problem with its licence but they renewed it, so all good.
i2 | Piotr: In Warsaw the temperature logger's been dead since Monday, and we can't release anything from there.
| Hannah: Nothing at all?
| Piotr: Nothing.
d2 | Hannah: Then Warsaw patients get supplied out of Prague until that's sorted. Okay?
d2 | Piotr: Okay, out of Prague.
x | Dev: We might also add the dark mode, the users would love it.
x | Hannah: Ha, no. Not this year.
d3 | Hannah: Resupply threshold. You wanted two kits, I wanted four.
d3 | Piotr: Three?
d3 | Hannah: Three's fine. Three.
d3 | Dev: Got it, threshold three.
x | Hannah: And the expiry window, do we set thirty or sixty days?
x | Piotr: I need to look at the stability data first.
x | Hannah: Okay, then that waits.
r2 | Dev: One thing to flag. Our lead developer leaves at the end of the month, so knowledge may get lost.
r2 | Hannah: Hm, okay, that goes on the risk log.
| Hannah: Thanks, both.
"""

BIWEEKLY = """
| Margaret: Good morning everyone. This is the biweekly with Solvane, we've got the full house today.
| Margaret: Let's start with site activation. Ravi?
| Ravi: Twenty-one of thirty sites activated. Turkey went live on Thursday.
i1 | Ravi: Brazil is the sore point. ANVISA came back with a second round of questions, so all four Brazilian sites are on hold.
| Margaret: Second round. What do they want?
| Ravi: Stability data on the placebo, mostly.
r1 | Ravi: Realistically we could lose the whole third quarter there.
r1 | Margaret: I'd flag that one as high.
r1 | Ravi: High is fair.
x | Margaret: And what did we say about Argentina, that was a no, wasn't it?
x | Ravi: Correct, we dropped Argentina back in December.
d1 | Margaret: Then I'd like to add two backup sites in Mexico, to have something in the bag.
d1 | Ravi: Mexico works. They're fast.
d1 | Oksana: Supported from the sponsor side, as long as it's two and not five.
d1 | Margaret: Two. Good, Mexico it is.
| Margaret: Monitoring.
i2 | Ravi: So we've a CRA vacancy in France since the first of the month, and six visits have been cancelled because of that.
x | Ravi: The Belgian one was vacant as well but we've filled it.
x | Oksana: Couldn't we use the freelancers?
x | Ravi: I'd rather not, the last time that was a nightmare.
d2 | Margaret: What if remote visits cover France through April? Oksana, is that acceptable to you?
d2 | Oksana: Acceptable, yes.
d2 | Margaret: Noted. Remote in France through April.
| Margaret: Vendor corner.
x | Oksana: The imaging invoices are sorted now, we paid the last one on Monday.
i3 | Oksana: But the central reader is taking fourteen days for a scan instead of five.
r2 | Oksana: And with cohort two opening, that turnaround is only going to get worse.
x | Margaret: I wouldn't lose sleep over the translations, they're well ahead.
| Margaret: Thanks all, talk in two weeks.
"""
DEVIATIONS = """
| Dmitri: Hello, colleagues. Protocol deviation review, we have one hour but I hope we need less.
| Dmitri: Since the last meeting thirty-four deviations, nine are major.
i1 | Aoife: Nine majors, and five of them are the same thing: consent signed on the old version.
i1 | Aoife: It's all from Leuven, they never got the new one from the ethics committee.
| Dmitri: This is not good.
x | Aoife: Now, in fairness, the wrong-dose one from Ghent has been followed up and closed out.
d1 | Dmitri: So these five patients must be re-consented at the next visit, and their data we keep. Any other opinion?
d1 | Aoife: No, I'd do the same.
d1 | Sven: Fine with QA.
r1 | Sven: What I see coming is an inspection finding. The Belgian agency is at Leuven in autumn.
r1 | Dmitri: How probable?
r1 | Sven: Medium, I'd think.
| Dmitri: Next, the visit windows. They complain that three days is too narrow.
d2 | Sven: Could we widen to five?
d2 | Aoife: Five days for all visits after week twelve. Yes.
d2 | Dmitri: Okay, then five after week twelve.
x | Sven: And for the early visits?
x | Dmitri: These we leave for the moment, I would like to hear the statistician before.
i2 | Aoife: One more thing. The freezer at Antwerp broke down over the weekend and about sixty PK samples are gone.
| Dmitri: Sixty! All of them?
| Aoife: All of them.
d3 | Sven: Do we replace these patients?
d3 | Dmitri: No. We don't replace them, the model can handle it.
d3 | Aoife: Right, no replacement.
x | Sven: If a meteorite hits the depot I will also write a deviation.
x | Aoife: Ha, please do.
r2 | Aoife: Antwerp may want to step out of the substudy after this.
| Dmitri: Hm. Keep an eye on it, please.
| Dmitri: Thank you, goodbye.
"""
LOCK = """
| Kelly: Okay so, um, database lock readiness, let's go.
| Kelly: Where are we on SDV?
| Andre: Ninety-four percent, so, uh, that's on track.
i1 | Andre: What's killing me is coding, there's like eleven hundred terms uncoded and the coder left two weeks ago.
| Kelly: Eleven hundred.
| Andre: Yup.
d1 | Kelly: Alright, so bring in the backup coder from the Raleigh team, starting Monday. Mei, you okay with paying for that?
d1 | Mei: Yeah, we'll pay for it.
r1 | Andre: Even with that I'm not confident we'll make the lock date.
r1 | Mei: So what's the exposure, a week?
r1 | Andre: A week, maybe ten days.
x | Kelly: Last month we said the soft lock's on the twelfth, that hasn't changed.
| Mei: What about the PK data transfer?
i2 | Andre: The transfer file's been rejected twice, the subject IDs don't match ours.
x | Andre: The biomarker one bounced too but it loaded fine on the second try.
| Mei: Do we need the PK data for the soft lock?
d2 | Kelly: I don't think so. Let's do the soft lock without PK and merge it before the hard lock.
d2 | Mei: Makes sense to me.
d2 | Andre: Same.
x | Kelly: Do we want to do a second dry run?
x | Mei: Let me sleep on that.
x | Andre: I mean, worst case we cancel Christmas.
x | Kelly: Ha, sure.
r2 | Mei: My other concern is the unblinded statistician, she's the only one who knows the macros, so if she's out sick, we're stuck.
r2 | Kelly: Yeah, single point of failure.
d3 | Kelly: Queries under five days old, those we just close administratively at lock, nobody chases them. Agreed?
d3 | Mei: Agreed.
d3 | Andre: Works.
| Kelly: Cool, that's it, bye.
"""

SUPPLY = """
| Beatrice: Welcome back after the break. Let's pick up with supply.
| Beatrice: Tariq, how do the depots look?
| Tariq: Mostly healthy. Frankfurt holds nine weeks, Madrid holds six.
i1 | Tariq: Athens is the problem child, the customs broker has sat on our pallet for sixteen days now.
i1 | Tariq: We've already had to cancel two patient visits there.
| Beatrice: Can we pull from Madrid?
x | Tariq: I looked at that, the label isn't Greek, so no.
d1 | Beatrice: Then I'd rather swap the broker altogether.
d1 | Tariq: I'd be in favour. Hellas Freight can start on Monday.
d1 | Beatrice: Right, Hellas Freight it is.
r1 | Yvette: Can I add something? The current lot runs out of shelf life in November, and the new lot isn't released yet. That could leave us with a hole of three to four weeks.
r1 | Beatrice: That's a nasty one. High, I'd say.
r1 | Tariq: High, yes.
| Beatrice: Next up, recruitment.
| Yvette: Two hundred and six of two hundred and fifty.
i2 | Yvette: The Czech sites have been stuck at eleven since Easter, nothing's moving.
x | Beatrice: The consent translation that held them up in spring, is that through?
x | Yvette: Yes, that got approved in May, it's history.
d2 | Yvette: I'd like to lift the cap for Hungary from thirty to forty-five.
| Beatrice: The competent authority has no problem with that?
| Yvette: No, it's only a notification.
d2 | Beatrice: Fine, forty-five for Hungary.
d2 | Tariq: Okay for supply.
x | Yvette: And if all else fails we recruit Tariq.
x | Tariq: I'm far too healthy.
x | Beatrice: About the extension study, let's hold off until the board has met.
| Beatrice: Good. Thanks, everyone.
"""
INSPECTION = """
| Omar: Okay folks, quick huddle on the inspection prep.
| Steph: Before we start, the mock inspection went well, thanks for all the work.
| Omar: Great. What's left?
i1 | Steph: Delegation logs. Nine of the twenty-two aren't signed by the PI.
i1 | Steph: And at site forty the log doesn't even exist.
| Omar: Wow. Okay.
r1 | Lars: The agency usually asks for those first. I can see them writing that up as a critical.
r1 | Omar: Likelihood?
r1 | Lars: Fifty-fifty.
d1 | Omar: So from today no new patients at site forty until the log is there. Lars, you fine with that from QA?
d1 | Lars: Absolutely.
d1 | Steph: Makes sense.
x | Steph: In the June meeting we decided the same for site nine, and that worked.
i2 | Lars: What I'm missing as well is the vendor oversight plan. The last version is from 2023 and nobody has reviewed it since.
x | Steph: The training records were a mess too, but that's cleaned up.
x | Omar: Should we ask for the inspection to be moved?
x | Lars: No, that never looks good.
d2 | Omar: Who's front room lead? I was thinking Steph.
d2 | Lars: Steph's the natural choice.
d2 | Steph: Okay, I'm in.
d2 | Omar: Steph leads the front room, then.
r2 | Steph: My fear is that Dr. Bloom is on sabbatical by then and we're left without a PI in the interview.
x | Lars: I don't expect any trouble on the data side, the audit trail is clean.
| Omar: Alright, thanks.
"""
IMAGING = """
| Chen: Good day. We make the review of the imaging vendor. Please, Paula.
| Paula: Thank you. In this quarter we received four hundred and ten scans.
i1 | Paula: From these, sixty-two were not readable, because the sites use the wrong slice thickness.
| Chen: This is fifteen percent. The contract says five.
i1 | Paula: Yes, it is much over the limit.
d1 | Chen: I think that it is better to train again all sites by video, and not only the bad ones.
d1 | Ines: Yes, I agree with this.
d1 | Paula: From our side also yes.
i2 | Ines: Also the invoices have errors, every month we are charged for scans which do not exist.
x | Paula: The errors of January are corrected, you received the credit note.
r1 | Ines: Another point. The main reader goes to pension in summer, and I am not sure that the new one will be trained in time.
r1 | Chen: It is a risk, medium.
d2 | Chen: For the adjudication, two readers and in case of difference a third. This is accepted?
d2 | Ines: Accepted.
d2 | Paula: Accepted from us.
x | Paula: Do you want to have also the volumetry?
x | Chen: Maybe, but I must see the price first.
x | Ines: The central server was slow in the spring but since the update it works without problem.
r2 | Paula: If the sites do not send the baseline scans until the end of May, the interim analysis will be without the tumour data.
| Chen: Thank you, it was very useful.
"""

ALL = {
    "steering": STEERING,
    "hurried": HURRIED,
    "nonnative": NONNATIVE,
    "data review": DATA_REVIEW,
    "safety": SAFETY,
    "irt": IRT_CALL,
    "biweekly": BIWEEKLY,
    "deviations": DEVIATIONS,
    "lock": LOCK,
    "supply": SUPPLY,
    "inspection": INSPECTION,
    "imaging": IMAGING,
}
