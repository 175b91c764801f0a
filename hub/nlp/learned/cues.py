"""Forms of words that tell what an utterance is for, counted in it and around it."""

import re

CUES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:i'll|i will|i'm going to|i'm gonna|i can|let me)\b",
        r"\b(?:can|could|would|will) you\b|\bplease\b",
        r"\byou(?:'ll| will|'re going to|'re gonna| need| have to| should| can)\b",
        r"\b(?:he|she|they|[a-z]+) (?:will|'ll|is going to|should|has to|needs to)\b",
        r"\b(?:we'll|we will|we're going to|we're gonna|we are going to)\b",
        r"\bwe (?:should|need|have to|must|could|can|might)\b",
        r"\b(?:let's|let us|shall we|how about|what about|why don't|what if)\b",
        r"\b(?:have to|need to|needs to|has to|supposed to|must)\b",
        r"\b(?:next|by|before|until|tomorrow|tonight|today|end of|this afternoon|deadline|as soon as)\b",
        r"\b(?:send|email|mail|write|prepare|check|call|ask|look into|find out|finish|update|"
        r"talk to|draft|circulate)\b",
        r"\b(?:next (?:meeting|week|time|call)|homework|action|actions|to do|task|tasks|minutes|follow up)\b",
        r"\b(?:decid\w+|decision|agreed?|approved?|settled|final|conclude\w*|adopt\w*|confirmed?)\b",
        r"\b(?:go with|going with|stick with|keep|drop|stay|stays|instead|rather|from now on)\b",
        r"\b(?:suggest|propose|proposal|recommend|i'd like|prefer|think we)\b",
        r"^\W*(?:okay|ok|so|right|alright|yes|yeah|good|fine|great|then)\b",
        r"\b(?:agree|fine with|works for|sounds good|makes sense|no objection|happy with|good with)\b",
        r"\b(?:problem\w*|issues?|trouble|difficult\w*|wrong|fail\w*|broke\w*|bad|missing|lost|error\w*|mistake\w*)\b",
        r"\b(?:still|yet|not|never|nobody|nothing|no|without)\b|n't\b",
        r"\b(?:risks?|danger\w*|worr\w+|concern\w*|afraid|fear\w*|nervous|might|may|could)\b",
        r"\b(?:if|unless|in case|otherwise|or else)\b",
        r"\b(?:late|delay\w*|behind|slow\w*|slip\w*|overdue|waiting|stuck|expensive|cost\w*|too|only)\b",
        r"\b(?:but|however|although|though|except|unfortunately)\b",
        r"\b(?:maybe|perhaps|probably|possibly|i guess|i think|not sure|don't know)\b",
        r"\b(?:was|were|had|did|been|went|came|said|told|yesterday|last)\b",
        r"\?",
        r"\b(?:thanks|thank you|bye|see you|that's it|that's all|welcome|hello|morning)\b",
        r"\b(?:agenda|start|first|next point|move on|discuss|topic|talk about)\b",
        r"\b(?:joke|joking|kidding|ha|haha|funny|lunch|coffee|weather|weekend)\b",
        r"\b(?:solved|fixed|resolved|closed|done|sorted|finished|complete\w*)\b",
        r"\b(?:park|postpone\w*|later|offline|come back|wait|another time|next time)\b",
        r"<n>|<day>",
    )
)
