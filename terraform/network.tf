data "aws_subnet" "host" {
  id = var.subnet_id
}

# No rule stands in the group itself, so Terraform takes away AWS' default of letting everything out.
resource "aws_security_group" "host" {
  name_prefix = "${var.name}-"
  description = "Ollama for Segue: nothing in (Session Manager comes from inside), HTTPS out"
  vpc_id      = data.aws_subnet.host.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

# Out: the release, the model, the image's package repository and Systems Manager, all of them HTTPS.
# Names and time come from addresses of the VPC itself, which security groups do not filter.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.host.id
  description       = "HTTPS to the release, the model registry and Systems Manager"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# In: nothing, unless somebody insists.
resource "aws_vpc_security_group_ingress_rule" "ollama" {
  for_each = toset(var.allowed_cidrs)

  security_group_id = aws_security_group.host.id
  description       = "Ollama from a network of our own"
  cidr_ipv4         = strcontains(each.value, ":") ? null : each.value
  cidr_ipv6         = strcontains(each.value, ":") ? each.value : null
  ip_protocol       = "tcp"
  from_port         = local.ollama_port
  to_port           = local.ollama_port
}
