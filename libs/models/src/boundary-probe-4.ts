import 'bson';
