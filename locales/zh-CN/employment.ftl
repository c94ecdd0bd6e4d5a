# 在岗人员、任职、既往工作经历

post-kind-regular = 在编或劳动合同
post-kind-public-welfare = 公益性岗位
post-kind-dispatch = 劳务派遣
post-kind-part-time = 非全日制
leaving-reason-resigned = 本人辞职
leaving-reason-contract-ended = 合同到期
leaving-reason-dismissed = 单位解除
leaving-reason-transferred = 调动或转岗
leaving-reason-retired = 退休
leaving-reason-deceased = 去世
leaving-reason-other = 其他
declared-status-waiting = 待核实
declared-status-accepted = 已核实
declared-status-refused = 未通过

field-position = 岗位
field-post_kind = 用工形式
field-from_date = 到岗日期
field-to_date = 最后在岗日
field-leaving_reason = 离岗原因
field-employer = 工作单位
field-evidence = 证明材料
field-organisation_id = 机构
field-person_id = 人员

error-under-working-age = 当时未满 16 周岁，请核对
error-overlapping-employment = { $institution ->
    [other] 该人员{ $to ->
        [open] 自 { $from } 起在其他单位任职
       *[past] { $from } 至 { $to } 在其他单位任职
    }，时间重叠；请原单位办理离岗，或核对日期
   *[own] 该人员{ $to ->
        [open] 自 { $from } 起已在{ $institution }任职
       *[past] { $from } 至 { $to } 在{ $institution }任职
    }，时间重叠
}
error-rows-refused = 共有 { $count } 处错误，没有导入任何一行；请按下表改正后重新上传

conflict-already-left = 该人员已办理离岗。
conflict-not-an-institution = 只有养老机构登记在岗人员。
conflict-institution-closed = 该机构已注销，不能再登记人员。
conflict-already-checked = 这段经历已经核实过。
conflict-same-person = 申报人不能核实自己申报的经历，请由另一人核实。

done-staff-joined = 已登记到岗。
done-staff-left = 已登记离岗。
done-staff-imported = 名单已全部导入。

staff-title = 在岗人员
staff-count = { $date }在岗 { $count } 人，其中护理员 { $caregivers } 人
staff-show = 查看
staff-birth-year = 出生年份
staff-action = 操作
staff-none = 没有在岗人员
staff-none-text = 逐人登记到岗，或用表格一次导入。
staff-join-button = 登记到岗
staff-join-title = 登记到岗
staff-join-lead = 按证件号码查找；已登记过的人员不会重复登记。
staff-name-hint = 与证件一致
staff-more = 更多信息
staff-more-hint = 居民身份证的性别和出生日期以号码为准，不必填写；其他证件须填写。
staff-unstated = 不填
staff-leave-link = 离岗
staff-leave-title = 登记离岗
staff-leave-who = { $name }，{ $position }，{ $date }到岗
staff-leave-hint = 最后一个工作日，不得晚于今天
staff-leave-button = 确认离岗
staff-import-title = 导入在岗人员
staff-import-button = 导入
staff-import-lead = 整份名单一起导入：有一处错误就一行也不导入，并逐条列出。
staff-import-template = 下载模板
staff-import-hint = .xlsx 或 CSV，最多 5,000 行
staff-import-check = 只检查
staff-import-checked = 检查通过：共 { $rows } 行，其中 { $registered } 人首次登记。尚未导入。
staff-import-report = 检查结果
staff-import-error = 错误
staff-import-times = 次数
staff-import-rows = 所在行
staff-import-more = 等，另有 { $count } 行
