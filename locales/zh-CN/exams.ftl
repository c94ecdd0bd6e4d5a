# 考次、报考、成绩、公示
exams-title = 考次
exams-lead = 评价机构组织的职业技能等级认定考试。
exams-none = 还没有考次
exams-none-text = 评价机构公布的考次会出现在这里。
exams-page = 第 { $number } 页
exam-title = 考次
exam-code = 考次代码
exam-admitted = 准考人数 / 名额
exam-new-title = 新建考次
exam-new-lead = 公布后即可报名。科目、合格线和补考次数按当日标准确定，以后不变。
exam-new-button = 公布考次
exam-choose = 请选择
exam-closes-hint = 当天仍可报名，不得晚于考试日期。
exam-place-hint = 写明地点和考场。
exam-area-hint = 考试所在地的行政区划代码，不填则为本机构所在地。
exam-parts = 科目
exam-part-rule = { $part }：满分 { $maximum }，{ $pass } 分合格
exam-notice-until = 公示截止
exam-notice-link = 公示页
exam-waiting = 有 { $count } 项成绩待第二人复核。
exam-passed = { $count } 人各科均已合格，可以公示。公示期 { $days } 个工作日，期满才能发证。
exam-due = { $count } 人公示期已满，可以发证。
exam-issue-button = 为 { $count } 人发证
exam-publish-button = 公示 { $count } 人
exam-candidates = 报考人员
exam-no-candidates = 还没有报考人员
exam-no-candidates-text = 报考后会出现在这里。
exam-admission-number = 准考证号
exam-eligibility = 申报条件
exam-result = 结果
exam-resit = 补考
exam-unconfirmed = 待复核
exam-failed-part = 不合格
exam-outcome-passed = 合格
exam-outcome-failed = 不合格
exam-outcome-pending = 进行中
exam-on-notice = 公示至{ $date }
exam-stage-registration = 报名
exam-stage-admission = 准考
exam-stage-scores = 成绩录入
exam-stage-confirmation = 成绩复核
exam-stage-notice = 公示
exam-stage-certificates = 发证

# 报考
exam-apply-title = 报考
exam-apply-lead = { $level }，{ $date }，{ $place }。
exam-apply-who = 报考人
exam-apply-who-text = 须与登记的证件号码和姓名一致。
exam-apply-declared = 声明事项
exam-apply-declared-text = 系统没有记录、而申报条件要求的事项，由报考人声明并附证明材料，由工作人员核对。从业年限和证书由系统按记录计算，不必填写。
exam-apply-tick = 声明具备
exam-apply-basis = 按提交当日施行的申报条件审查：{ $document }。
exam-apply-button = 提交报考
application-title = 报考结论
application-eligible = 符合申报条件，已准予考试。
application-not-eligible = 不符合申报条件。
application-decided = 审查时间
application-basis = 依据
application-declared = 声明
application-route = 符合的条件
application-routes = 逐条说明
application-routes-text = 满足下列任何一条即可报考，每条之内各项均须满足。
application-again = 补充材料后重新报考
application-session = 返回考次
need-met = 满足
need-unmet = 未满足
need-age = 年满 { $years } 周岁
need-service = 累计从业满 { $years } 年
need-certificate = 持有{ $level }证书
need-service-after-certificate = 取得{ $level }证书后从业满 { $years } 年
need-education = { $education }及以上学历{ $field ->
    [yes] ，本专业或相关专业
   *[no] { "" }
}
need-declared = { $what }
need-declared-years = { $what }后从业满 { $years } 年
had-nothing = 没有记录，也未声明
had-years = 现满 { $years } 年
had-education = 登记的学历为{ $education }
had-major-not-declared = 学历符合，未声明所学为本专业或相关专业
had-undated = 已声明，但没有填写日期
eligibility-eligible = 符合
eligibility-not-eligible = 不符合
declaration-apprenticeship = 学徒期满
declaration-working-or-intending = 从事或拟从事本职业或相关职业工作
declaration-junior-title = 取得相应专业初级职称
declaration-senior-technician-class = 取得技工院校高级工班及以上毕业证书
declaration-preparatory-technician = 取得预备技师证书
declaration-advanced-technical-school = 高级技工学校、技师学院或高等职业学校毕业
declaration-related-major = 所学为本专业或相关专业

# 成绩
exam-scores-title = 录入成绩
exam-scores-lead = 填 0 至 100 的整数，空格不保存。复核前可以改正，复核后不再更改。
exam-scores-early = { $date }考试后才能录入成绩。
exam-scores-button = 保存成绩
exam-import-title = 用表格录入
exam-import-template = 下载本考次成绩登记表
exam-import-hint = 按准考证号对应，全部无误才会保存。
exam-confirm-title = 复核成绩
exam-confirm-lead = 由录入人以外的人对照原始记录核对，确认后不再更改。
exam-confirm-mine = 另有 { $count } 项由您本人录入，须由他人复核。
exam-confirm-button = 确认 { $count } 项
exam-confirm-correct = 有误，去更正
exam-confirm-none = 没有待您复核的成绩
exam-confirm-none-text = 他人录入的成绩会出现在这里。

# 公示
notices-title = 成绩公示
notices-lead = 正在公示的职业技能等级认定结果。
notices-none = 目前没有公示
notices-none-text = 评价机构公布结果后会出现在这里。
notice-title = 职业技能等级认定结果公示
notice-exam-day = { $date }考试
notice-until = 公示至{ $date }
notice-text = 下列人员各科考核合格，拟发给职业技能等级证书。如有异议，请在公示期内向{ $body }反映。
notice-ends = 公示于 { $at } 结束。
notice-number-tail = 准考证号末四位
notice-period = 公示期
notice-ended = 公示已结束，不再显示姓名。
notice-privacy = 公示不含证件号码。

# 字段
field-area_code = 行政区划代码
field-place = 地点
exam-held-on = 考试日期
field-held_on = 日期
field-registration_closes_on = 报名截止日期
field-capacity = 名额
field-part = 科目
field-attempt = 考试次数
field-admission_number = 准考证号
field-theory = 理论知识考试
field-practical = 技能考核
field-review = 综合评审
field-declared-on = 自何日起
field-notice_ends_on = 公示截止

# 字段错误
error-past-date = 不得早于今天
error-after-exam-day = 不得晚于考试日期
error-person-or-document = 人员标识与证件信息只填一种
error-no-such-holder = 没有以此证件号码和姓名登记的人员
error-not-a-candidate = 不是本考次的准考人员
error-twice-in-list = 同一人同一科目重复
error-unknown-part = 本等级不考这个科目
error-above-maximum = 超过满分
error-score-final = 该科已合格并复核，不再更改
error-no-resit-left = 补考机会已用完
error-other-attempt = 不是当前应录入的那一次考试
error-other-name = 与准考证号对应的姓名不符

# 状态冲突
conflict-registration-closed = 报名已截止。
conflict-session-full = 名额已满。
conflict-already-admitted = 此人已获准参加本考次。
conflict-level-held = 此人已持有该等级或更高等级的证书。
conflict-no-conditions = 当日没有施行的申报条件，请联系民政局。
conflict-not-held-yet = 考试尚未举行，不能录入成绩。
conflict-nothing-to-confirm = 没有待复核的成绩。
conflict-already-confirmed = 成绩已复核，不再更改。
conflict-second-person-needed = 录入人不能复核自己录入的成绩，请由他人办理。
conflict-nothing-to-publish = 没有可以公示的人员：须各科合格并经复核，且尚未公示。

# 办理结果
done-exam-session-created = 考次已公布。
done-certificates-issued = 证书已签发。
done-exam-session-published = 已开始公示。
done-scores-entered = 成绩已保存，待他人复核。
done-scores-confirmed = 成绩已复核。
