"""Synthetic newspaper pages: invented papers, people and events, in the forms that real pages take."""

#: Whole paragraphs of invented prose, so that a page shows only its form.
TRAINING = (
    "近日，清河县举办春季农技培训班，来自十二个乡镇的三百余名种植户参加学习。",
    "培训班邀请省农科院专家授课，围绕选种育苗、病虫害防治、节水灌溉等内容进行讲解。",
    "“听了这堂课，心里更有底了。”柳树庄村民田大山说，他家今年准备再种五亩番茄。",
)
LIBRARY = (
    "4月12日，云溪市图书馆新馆正式开放，首日接待读者六千余人次。",
    "新馆共有五层，藏书八十万册，设有少儿阅览区、地方文献区和自习区。",
    "据了解，新馆还将定期举办讲座、展览和亲子阅读活动，让更多人爱上读书。",
)
ROAD = (
    "为方便群众出行，石桥镇对境内三条破损道路进行集中整修，预计五月底完工。",
    "施工期间，镇里安排专人疏导车辆，沿线商户生意没有受到影响。",
)


def page(*lines: str, gap: str = "\n\n") -> str:
    """A page; its lines are set apart by blank lines, as copying from a PDF leaves them."""
    return gap.join(lines) + "\n"
