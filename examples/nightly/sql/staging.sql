create temp table new_customers (id, name, country);
create temp table new_products (id, name, cents);
create temp table new_orders (id, day, customer, product, quantity);
