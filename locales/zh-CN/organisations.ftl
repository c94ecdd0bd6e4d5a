# 机构

organisation-kind-bureau = 民政局
organisation-kind-finance = 财政局
organisation-kind-town = 镇（街道）
organisation-kind-school = 培训学校
organisation-kind-assessor = 评价机构
organisation-kind-first-aid-issuer = 红十字会
organisation-kind-institution = 养老机构
institution-kind-care-home = 养老机构
institution-kind-town-care-centre = 镇（街道）养老服务中心
institution-kind-home-care-centre = 居家养老服务照料中心
organisation-status-active = 正常
organisation-status-closed = 已注销
accreditation-scope-training = 培训
accreditation-scope-assessment = 职业技能等级认定
accreditation-scope-first-aid = 救护培训发证
accreditation-status-active = 有效
accreditation-status-suspended = 暂停
accreditation-status-withdrawn = 撤销

field-body_code = 机构站点代码
field-institution_kind = 机构类型

organisations-title = 机构
organisations-all = 全部
organisations-show = 查看
organisations-none = 没有机构
organisations-none-text = 所选类别在本辖区内没有机构。
organisation-title = 机构
organisation-name = 名称
organisation-name-en = 英文名称
organisation-area = 所在地
organisation-beds = 床位
organisation-status = 状态
organisation-details = 基本信息
organisation-accreditations = 资格
organisation-staff = { $date }在岗 { $count } 人
accreditation-scope-heading = 范围
accreditation-document = 文件
accreditation-level-separator = 、
