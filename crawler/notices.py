"""What pages say that are no articles: that one was turned away, that something is gone, or to wait. Pure.

A line is compared in NFKC, without white space and in lower case. That it says so proves nothing by
itself: articles are written about such pages, and templates leave such lines in good ones (`judge.py`).
"""

import re

from crawler.extract.words import tight

NOTICE_CHARS = 80  # the longest line that is read as a notice

#: In the source of a page: what only the scripts and cookies of firewalls are called.
CHALLENGE_MARK = re.compile(
    r"\$_ts\b|__jsl_clearance|__jsluid|acw_sc__v2|<meta[^>]{0,400}\br=[\"']m[\"']|_Incapsula_|cf[-_]chl|"
    r"challenge-platform|"
    r"aliyun_waf|awswaf|waf_captcha|geetest|NoCaptcha|TencentCaptcha|sec-cpt|bm-verify",
    re.IGNORECASE,
)
_CHALLENGED = re.compile(
    r"人机(?:验证|识别|检测)|安全验证|滑动(?:验证|滑块)|拖动滑块|按住滑块|验证码|请完成验证|完成验证后|访问(?:过于|太过)?频繁|"
    r"访问行为异常|请求(?:已被|被)拦截|访问(?:已被|被)(?:拦截|阻断|拒绝|禁止)|被(?:网站管理员设置)?拦截|拦截提示|"
    r"危险的攻击请求|疑似黑客攻击|当前环境异常|列入黑名单|"
    r"访问受限|请开启javascript并刷新|网站防火墙|安全狗|云盾|云锁|创宇盾|d盾|waf|checkingyourbrowser|justamoment|"
    r"attentionrequired|captcha|unusualtraffic|verifyyouarehuman"
)
_WHAT = "页面|网页|内容|文章|信息|链接|资源|文件|新闻|帖子|主题|地址|稿件|网址|栏目|站点|频道"
_GONE = re.compile(
    rf"(?:{_WHAT}).{{0,12}}(?:不存在|未找到|找不到|没有找到|已(?:经)?(?:被)?(?:删除|删|下线|下架|撤销|撤稿|移除|失效|"
    r"过期|关闭)|"
    r"被(?:删除|移除|屏蔽)|丢失|走丢|飞走|失踪|无法访问|无法显示|无法查看|打不开|出错|错误|未发布|尚未(?:发布|审核))|"
    rf"(?:找不到|未找到|没有找到|无法找到).{{0,14}}(?:{_WHAT})|此内容因违规|该内容已被发布者删除|"
    r"^(?:\W*(?:http|错误|error)?\W*(?:状态|status)?\W*(?:40[0-9]|410|50[0-9])\b.{0,40})$|notfound|pagenotfound|forbidden|"
    r"badgateway|internalservererror|serviceunavailable|whitelabelerrorpage|"
    r"(?:系统|服务器|程序|应用程序|数据库|网站|站点|运行时|内部)(?:内部|发生|连接|暂时)*(?:错误|出错|失败|繁忙|异常|正在维护|维护中|升级中|"
    r"已关闭|暂停访问|无法进行访问)|serverErrorin|databaseerror|databaseconnection|mysql_connect|出错(?:了|啦)|暂时无法访问|"
    r"(?:模块|控制器|方法|模板|操作|类)不存在:|(?:非法操作|参数错误|非法参数|无效参数|缺少参数)|(?:没有|无)权(?:限)?(?:访问|查看|浏览)|"
    r"^(?:提示信息|错误提示|系统提示|出错提示|信息提示|访问出错|页面提示|公益404)$|抱歉.{0,20}(?:不存在|找不到|删除|"
    r"下线|没有)",
    re.IGNORECASE,
)
#: The same, so plainly that a page may say more below it: what servers print, and pages that speak to the visitor.
_PLAINLY_GONE = re.compile(
    r"^(?:\W*(?:http|错误|error)?\W*(?:状态|status)?\W*(?:40[0-9]|410|50[0-9])(?:\b|错误|页面).{0,30})$|^公益404|"
    r"(?:您|你)?(?:要|所)?(?:访问|查看|查找|请求|浏览|寻找)的.{0,8}(?:不存在|找不到|没有找到|未找到|已|走丢|被删)|"
    r"^(?:运行时错误|没有找到站点|系统发生错误|网站维护中|whitelabelerrorpage|databaseerror|welcometonginx!?|itworks!?|"
    r"iiswindowsserver.{0,10}|恭喜[,，]?站点创建成功!?|apache2?.{0,12}defaultpage.{0,12}|testpagefor.{0,40})$|"
    r"应用程序中的服务器错误|域名(?:正在|可能正在)?(?:出售|转让)|domain.{0,20}forsale|网站暂时无法(?:进行)?访问",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"登录|登陆|请先登|signin|login|身份认证|统一认证|会员中心|账号密码")
#: In the source of a page: what it says to browsers without scripts.
NO_SCRIPT = re.compile(
    # `javascript:` is no word but the address of a button: `<a href="javascript:window.close()">关闭`.
    r"(?:enable|启用|开启|打开|支持|without).{0,20}javascript(?!:)|javascript(?!:).{0,20}(?:enable|启用|开启|打开|关闭|"
    r"禁用|disabled)",
    re.IGNORECASE,
)
_LOADING = re.compile(
    r"^(?:正在加载|加载中|数据加载中|loading|请稍候|请稍等|页面加载中|正在跳转|跳转中|redirecting).{0,20}$"
)
_UNFILLED = re.compile(r"\{\{|\$\{|\[!--|<%")


def is_challenge(text: str) -> bool:
    return _CHALLENGED.search(tight(text).lower()) is not None


def is_gone(text: str) -> bool:
    """Whether a title or line says that something is not there, or does not work."""
    return len(text) <= NOTICE_CHARS and _GONE.search(tight(text).lower()) is not None


def is_plainly_gone(text: str) -> bool:
    """The same in words that only an error page or a server's own page has."""
    return len(text) <= NOTICE_CHARS and _PLAINLY_GONE.search(tight(text).lower()) is not None


def is_login(text: str) -> bool:
    return len(text) <= NOTICE_CHARS and _LOGIN.search(tight(text).lower()) is not None


def is_loading(text: str) -> bool:
    return _LOADING.match(tight(text).lower()) is not None


def is_unfilled(text: str) -> bool:
    """Whether a line is a template's, which a script would fill."""
    return _UNFILLED.search(text) is not None
